using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>Inputs that lie on a web server: public files that a definition names by their address.</summary>
internal sealed class WebFiles(ContentStore content, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_forHeaders = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan, // of the whole; large files take their time
    };

    public async Task<ResolvedInput> FetchAsync(ResolvedInput input, Uri address, CancellationToken ct)
    {
        try
        {
            using var answer = await AskAsync(address, ct);
            if (!answer.IsSuccessStatusCode)
            {
                throw new SlipwayException(
                    ErrorCode.NotFound, $"Input '{input.Name}': {address} answers {(int)answer.StatusCode} {answer.ReasonPhrase}.");
            }

            await using var body = await answer.Content.ReadAsStreamAsync(ct);
            var blob = await content.PutAsync(body, ct);
            var name = Uri.UnescapeDataString(address.Segments[^1].Trim('/'));
            var tree = await content.PutTreeAsync([new TreeEntry(name.Length == 0 ? "index" : name, blob.Digest, blob.Size)], ct);
            return input with { Type = input.Type ?? "uri_file", Tree = tree.Digest, LocalName = name, Node = $"tree:{tree.Digest}" };
        }
        catch (HttpRequestException exception)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable, $"Input '{input.Name}': {address} could not be fetched: {exception.Message}", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> AskAsync(Uri address, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(s_forHeaders, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new SlipwayException(ErrorCode.Timeout, $"{address} did not answer within {s_forHeaders.TotalSeconds} s.");
        }
    }
}
