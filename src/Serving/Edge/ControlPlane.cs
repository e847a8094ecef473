using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Serving.Edge;

/// <summary>The server that an endpoint is administered at, asked over HTTP. Unavailable when it cannot be reached.</summary>
internal sealed class ControlPlane : IDisposable
{
    private const int WaitSeconds = 25;

    private readonly HttpClient _http;
    private readonly string _endpoint;

    public ControlPlane(EdgeOptions options)
    {
        _endpoint = $"api/v1/online-endpoints/{Uri.EscapeDataString(options.Endpoint)}";
        _http = new HttpClient { BaseAddress = new Uri(options.Server.ToString().TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan };
        if (options.Token is { } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (options.Workspace is { } workspace)
            _http.DefaultRequestHeaders.Add("X-Slipway-Workspace", workspace);
    }

    /// <summary>What differs from this revision; null: nothing did for half a minute. NotFound when the server knows no such endpoint.</summary>
    public async Task<(byte[] Json, string Revision)?> FindConfigurationAsync(string? known, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_endpoint}/configuration?wait={(known is null ? 0 : WaitSeconds)}");
        if (known is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{known}\"");
        using var answer = await AnswerAsync(request, TimeSpan.FromSeconds(WaitSeconds * 2), ct);
        if (answer.StatusCode == HttpStatusCode.NotModified)
            return null;
        if (answer.StatusCode == HttpStatusCode.NotFound && await ReadAsync(answer, ct) is ("NotFound", var why))
            throw new SlipwayException(ErrorCode.NotFound, Refused(answer, why));
        await CheckAsync(answer, ct);
        return (await answer.Content.ReadAsByteArrayAsync(ct), answer.Headers.ETag?.Tag.Trim('"') ?? "");
    }

    public async Task<IReadOnlyList<TreeEntry>> ListAsync(Digest tree, CancellationToken ct)
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, $"api/v1/content/trees/{tree}"), TimeSpan.FromMinutes(1), ct);
        var listing = await answer.Content.ReadFromJsonAsync<JsonObject>(ct);
        return
        [
            .. listing!["files"]!.AsArray().Select(file => new TreeEntry(
                (string)file!["path"]!, Digest.Parse((string)file["digest"]!), (long)file["size"]!)),
        ];
    }

    /// <summary>One file of a tree, while it is read.</summary>
    public async Task<Stream> OpenAsync(Digest tree, string path, CancellationToken ct)
    {
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/content/trees/{tree}/files/{escaped}");
        var answer = await SendAsync(request, TimeSpan.FromMinutes(1), ct);
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    public async Task UploadAsync(Stream content, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/content/blobs") { Content = new StreamContent(content) };
        using var answer = await SendAsync(request, TimeSpan.FromMinutes(10), ct);
    }

    public Task TellAsync(EdgeSegment segment, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, $"{_endpoint}/segments", segment, EdgeJson.Default.EdgeSegment, ct);

    public Task TellAsync(EdgeProfile profile, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, $"{_endpoint}/profiles", profile, EdgeJson.Default.EdgeProfile, ct);

    public Task TellAsync(EdgeReport report, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, $"{_endpoint}/instances/{report.Instance}", report, EdgeJson.Default.EdgeReport, ct);

    public void Dispose() => _http.Dispose();

    private async Task SendAsync<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, CancellationToken ct)
    {
        var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, type) };
        using var answer = await SendAsync(request, TimeSpan.FromMinutes(1), ct);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken ct)
    {
        var answer = await AnswerAsync(request, limit, ct);
        await CheckAsync(answer, ct);
        return answer;
    }

    // The limit is on the answer's head; a body takes as long as it takes.
    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken ct)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(limit);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new SlipwayException(
                ErrorCode.Unavailable, $"The server {_http.BaseAddress} cannot be reached: {exception.Message}", exception);
        }
    }

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.IsSuccessStatusCode)
            return;
        using (answer)
            throw new SlipwayException(Code(answer.StatusCode), Refused(answer, (await ReadAsync(answer, ct)).Why));
    }

    private static string Refused(HttpResponseMessage answer, string why) =>
        $"{answer.RequestMessage!.RequestUri} answered {(int)answer.StatusCode}: {why}";

    private static ErrorCode Code(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => ErrorCode.InvalidParameter,
        HttpStatusCode.Unauthorized => ErrorCode.Unauthenticated,
        HttpStatusCode.Forbidden => ErrorCode.PermissionDenied,
        _ => ErrorCode.Unavailable,
    };

    // Something in between may answer in a form of its own: a proxy's 404 says nothing of the endpoint.
    private static async Task<(string? Title, string Why)> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        try
        {
            if (JsonNode.Parse(text) is JsonObject body && body["detail"]?.ToString() is { } why)
                return (body["title"]?.ToString(), why);
        }
        catch (System.Text.Json.JsonException)
        {
        }

        return (null, text.Length <= 200 ? text : text[..197] + "...");
    }
}
