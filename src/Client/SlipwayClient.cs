using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Client;

/// <summary>
/// A client of one Slipway server and workspace. Thread-safe; keep one. Every call throws
/// <see cref="SlipwayApiException"/> when the server refuses or cannot be reached.
/// </summary>
public sealed class SlipwayClient : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private static readonly Dictionary<string, string> s_noHeaders = [];
    private readonly HttpClient _http;

    /// <param name="server">Such as http://127.0.0.1:5000.</param>
    /// <param name="workspace">Null: the default one.</param>
    public SlipwayClient(Uri server, string? workspace = null)
    {
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = new Uri(server.ToString().TrimEnd('/') + "/"),
            Timeout = TimeSpan.FromMinutes(30),
        };
        if (workspace is not null)
            _http.DefaultRequestHeaders.Add("X-Slipway-Workspace", workspace);
        Workspace = workspace ?? "default";
        Content = new ContentClient(this);
        Data = new DataClient(this);
        Jobs = new JobsClient(this);
        Models = new ModelsClient(this);
        Endpoints = new EndpointsClient(this);
        Runs = new RunsClient(this);
    }

    /// <summary>The address of the server.</summary>
    public Uri Server => _http.BaseAddress!;

    /// <summary>The name of the workspace.</summary>
    public string Workspace { get; }

    /// <summary>Files in the content store.</summary>
    public ContentClient Content { get; }

    /// <summary>Data assets.</summary>
    public DataClient Data { get; }

    /// <summary>Jobs and pipelines.</summary>
    public JobsClient Jobs { get; }

    /// <summary>Registered models.</summary>
    public ModelsClient Models { get; }

    /// <summary>Endpoints and their deployments.</summary>
    public EndpointsClient Endpoints { get; }

    /// <summary>Experiments and runs.</summary>
    public RunsClient Runs { get; }

    /// <summary>The server that MLFLOW_TRACKING_URI names, else http://127.0.0.1:5000; the workspace of MLFLOW_WORKSPACE, else the default one.</summary>
    public static SlipwayClient FromEnvironment() => new(
        new Uri(Environment.GetEnvironmentVariable("MLFLOW_TRACKING_URI") is { Length: > 0 } uri ? uri : "http://127.0.0.1:5000"),
        Environment.GetEnvironmentVariable("MLFLOW_WORKSPACE") is { Length: > 0 } workspace ? workspace : null);

    /// <summary>Starts a run, or goes on with the one that the environment names; see <see cref="RunsClient.StartAsync"/>.</summary>
    public Task<ActiveRun> StartRunAsync(string experiment, RunOptions? options = null, CancellationToken ct = default) =>
        Runs.StartAsync(experiment, options, ct);

    /// <summary>GET as JSON; <paramref name="path"/> is relative to the server ("api/v1/data").</summary>
    public async Task<JsonNode> GetAsync(string path, CancellationToken ct) =>
        (await ReadAsync<JsonNode>(HttpMethod.Get, path, null, ct))!;

    /// <summary>POST of a JSON body; the answer as JSON, or null when it has none.</summary>
    public Task<JsonNode?> PostAsync(string path, JsonNode body, CancellationToken ct) =>
        ReadAsync<JsonNode>(HttpMethod.Post, path, JsonContent.Create(body, options: s_json), ct);

    /// <summary>POST of any body, such as YAML.</summary>
    public Task<JsonNode?> PostAsync(string path, HttpContent body, CancellationToken ct) =>
        ReadAsync<JsonNode>(HttpMethod.Post, path, body, ct);

    /// <summary>PATCH with a JSON body.</summary>
    public Task<JsonNode?> PatchAsync(string path, JsonNode body, CancellationToken ct) =>
        ReadAsync<JsonNode>(HttpMethod.Patch, path, JsonContent.Create(body, options: s_json), ct);

    /// <summary>PUT of a JSON body.</summary>
    public Task<JsonNode?> PutAsync(string path, JsonNode body, CancellationToken ct) =>
        ReadAsync<JsonNode>(HttpMethod.Put, path, JsonContent.Create(body, options: s_json), ct);

    /// <summary>PUT of any body, such as a file.</summary>
    public async Task PutAsync(string path, HttpContent body, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Put, path, body, ct);
    }

    /// <summary>POST of any body with these headers; the answer as it came.</summary>
    public async Task<string> PostTextAsync(
        string path, HttpContent body, IReadOnlyDictionary<string, string> headers, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body, headers, ct);
        return await answer.Content.ReadAsStringAsync(ct);
    }

    /// <summary>DELETE; the answer has no body.</summary>
    public async Task DeleteAsync(string path, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Delete, path, null, ct);
    }

    /// <summary>GET as plain text.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, ct);
        return await answer.Content.ReadAsStringAsync(ct);
    }

    /// <summary>GET of a file; the caller disposes the stream.</summary>
    public async Task<Stream> OpenAsync(string path, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Get, path, null, ct);
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    /// <summary>The lines of a GET, as they come.</summary>
    public async IAsyncEnumerable<string> GetLinesAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, ct);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        while (await reader.ReadLineAsync(ct) is { } line)
            yield return line;
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    internal static string Escape(string segment) => Uri.EscapeDataString(segment);

    internal Task<T?> GetAsync<T>(string path, CancellationToken ct) => ReadAsync<T>(HttpMethod.Get, path, null, ct);

    /// <summary>Null instead of an exception when the thing does not exist.</summary>
    internal async Task<T?> FindAsync<T>(string path, CancellationToken ct)
        where T : class
    {
        try
        {
            return await GetAsync<T>(path, ct);
        }
        catch (SlipwayApiException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    internal Task<T?> SendAsync<T>(HttpMethod method, string path, object body, CancellationToken ct) =>
        ReadAsync<T>(method, path, JsonContent.Create(body, options: s_json), ct);

    internal async Task<T?> ReadAsync<T>(HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        using var answer = await SendAsync(method, path, body, ct);
        if (answer.StatusCode == HttpStatusCode.NoContent || answer.Content.Headers.ContentLength == 0)
            return default;
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(s_json, ct);
        }
        catch (JsonException exception)
        {
            throw new SlipwayApiException(
                null, null, $"What {Server} answers is not what a Slipway server of this version does; check the address and the versions.", exception);
        }
    }

    /// <summary>Any request; the answer is a success, and the caller disposes it.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken ct) =>
        SendAsync(method, path, body, s_noHeaders, ct);

    internal async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body, IReadOnlyDictionary<string, string> headers, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException exception)
        {
            throw new SlipwayApiException(null, null, Unreached(exception), exception);
        }

        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await RefusalAsync(answer, ct);
    }

    private string Unreached(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.ConnectionError =>
            $"No Slipway server answers at {Server}; start one with 'slipway server', or name it with --server.",
        HttpRequestError.NameResolutionError => $"No machine goes by the name in {Server}; name the server with --server.",
        HttpRequestError.SecureConnectionError =>
            $"No TLS connection to {Server} could be made: {(exception.InnerException ?? exception).Message.TrimEnd('.')}. SSL_CERT_FILE names an authority to trust.",
        // Such as a server that was stopped, or that does not read to its end what is larger than it takes.
        _ => $"The connection to {Server} broke off: {(exception.InnerException ?? exception).Message.TrimEnd('.')}.",
    };

    private static async Task<SlipwayApiException> RefusalAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        try
        {
            var body = JsonNode.Parse(text) as JsonObject;
            var message = body?["detail"] ?? body?["message"] ?? body?["error"];
            var code = body?["title"] ?? body?["error_code"];
            if (message is not null)
                return new SlipwayApiException(answer.StatusCode, code?.ToString(), message.ToString());
        }
        catch (JsonException)
        {
            // Not ours: a proxy answered. The status says what there is to say.
        }

        return new SlipwayApiException(answer.StatusCode, null, $"The server answered {(int)answer.StatusCode} {answer.ReasonPhrase}.");
    }
}
