using System.Text;
using Microsoft.Extensions.Options;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

/// <summary>Reads pages by the rules of deliveries: their addresses, their time limit, no redirection.</summary>
internal sealed class WebReader(Destinations destinations, IOptions<DeliveryOptions> options, TimeProvider time) : IWebReader, IDisposable
{
    private readonly HttpClient _http = destinations.CreateClient();

    public void Check(string url) => destinations.Parse(url);

    public async Task<string> ReadAsync(string url, string accept, int mostBytes, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, destinations.Parse(url));
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.IsSuccessStatusCode
                ? await ReadAsync(response, url, mostBytes, either.Token)
                : throw new SlipwayException(ErrorCode.Unavailable, $"{url} answered {(int)response.StatusCode}.");
        }
        catch (HttpRequestException exception) when (exception.InnerException is SlipwayException refusal)
        {
            throw new SlipwayException(refusal.Code, $"{url} cannot be read: {refusal.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!ct.IsCancellationRequested)
        {
            throw new SlipwayException(ErrorCode.Unavailable, $"{url} did not answer within {options.Value.TimeoutSeconds} seconds.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new SlipwayException(ErrorCode.Unavailable, $"{url} cannot be read: {exception.Message}", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<string> ReadAsync(HttpResponseMessage response, string url, int mostBytes, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, ct)) > 0)
        {
            kept.Write(buffer, 0, read);
            if (kept.Length > mostBytes)
                throw SlipwayException.Invalid($"{url} has more than {mostBytes / (1024 * 1024)} MiB.");
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }
}
