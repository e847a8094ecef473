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

    /// <summary>What differs from this revision; null: nothing did for half a minute.</summary>
    public async Task<(byte[] Json, string Revision)?> FindConfigurationAsync(string? known, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_endpoint}/configuration?wait={(known is null ? 0 : WaitSeconds)}");
        if (known is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{known}\"");
        using var answer = await SendAsync(request, TimeSpan.FromSeconds(WaitSeconds * 2), ct);
        return answer.StatusCode == HttpStatusCode.NotModified
            ? null
            : (await answer.Content.ReadAsByteArrayAsync(ct), answer.Headers.ETag?.Tag.Trim('"') ?? "");
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

    // The limit is on the answer's head; a body takes as long as it takes.
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken ct)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(limit);
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new SlipwayException(
                ErrorCode.Unavailable, $"The server {_http.BaseAddress} cannot be reached: {exception.Message}", exception);
        }

        if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotModified)
            return answer;
        using (answer)
            throw new SlipwayException(Code(answer.StatusCode), $"{_http.BaseAddress}{request.RequestUri} answered {(int)answer.StatusCode}: {await WhyAsync(answer, ct)}");
    }

    private static ErrorCode Code(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => ErrorCode.NotFound,
        HttpStatusCode.BadRequest => ErrorCode.InvalidParameter,
        HttpStatusCode.Unauthorized => ErrorCode.Unauthenticated,
        HttpStatusCode.Forbidden => ErrorCode.PermissionDenied,
        _ => ErrorCode.Unavailable,
    };

    private static async Task<string> WhyAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        try
        {
            return (string?)JsonNode.Parse(text)?["detail"] ?? text;
        }
        catch (System.Text.Json.JsonException)
        {
            // Something in between answered, in a form of its own.
            return text.Length <= 200 ? text : text[..197] + "...";
        }
    }
}
