using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Slipway.Etl.Steps;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Sources;

/// <summary>Reads all pages of an interface into one file of JSON lines.</summary>
internal sealed class HttpPages(IVault vault, TimeProvider time) : IDisposable
{
    private const long LargestPage = 256L * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMinutes(2);

    // A redirection could carry the credentials to another host.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = NamedHost.ConnectAsync,
    })
    {
        Timeout = s_patience,
        MaxResponseContentBufferSize = LargestPage,
    };

    /// <summary>The number of records.</summary>
    public async Task<long> ReadAsync(Caller caller, HttpApi api, SettingMap map, string file, CancellationToken ct)
    {
        var auth = await HttpAuth.OfAsync(caller, vault, map, ct);
        var asked = new HashSet<Uri>();
        await using var output = new StreamWriter(file, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var records = 0L;
        var next = api.Paging.First(api.Address, api.Query);
        for (var number = 1; next is { } address; number++)
        {
            if (number > api.Paging.MaxPages)
                throw SlipwayException.Invalid($"{api.Address} has more than {api.Paging.MaxPages} pages; raise source.paging.max_pages. Nothing was landed.");
            if (!asked.Add(address))
                throw SlipwayException.Invalid($"Page {number} of {api.Address} is one that was read before: its paging does not advance. Nothing was landed.");
            if (address.Authority != api.Address.Authority || address.Scheme != api.Address.Scheme)
                throw SlipwayException.Invalid($"The next page of {api.Address} is on another host, {address.Authority}; credentials are not sent there.");
            if (number > 1 && api.Pause > TimeSpan.Zero)
                await Task.Delay(api.Pause, time, ct);

            var (body, link) = await GetAsync(api, auth, address, number, ct);
            using var document = body;
            var count = await WriteAsync(api, document.RootElement, number, output);
            next = api.Paging.Next(address, new HttpPage(number, count, records, document.RootElement, link));
            records += count;
        }

        return records;
    }

    public void Dispose() => _http.Dispose();

    private async Task<(JsonDocument Body, string? Link)> GetAsync(HttpApi api, HttpAuth auth, Uri address, int number, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            TimeSpan? after = null;
            string why;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, auth.Sign(address));
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
                foreach (var (name, value) in api.Headers)
                    request.Headers.TryAddWithoutValidation(name, value);
                auth.Sign(request);
                using var answer = await _http.SendAsync(request, ct);
                if (answer.IsSuccessStatusCode)
                    return (await ParseAsync(api, answer, number, ct), answer.Headers.TryGetValues("Link", out var links) ? string.Join(", ", links) : null);
                why = Refusal(api, answer, number);
                after = answer.Headers.RetryAfter is { } wait ? wait.Delta ?? wait.Date - time.GetUtcNow() : null;
            }
            catch (HttpRequestException exception) when (exception.InnerException is SlipwayException refusal)
            {
                throw refusal;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
            {
                why = exception is OperationCanceledException ? $"no answer within {s_patience.TotalSeconds:0} s" : exception.Message.TrimEnd('.');
            }

            if (tried >= api.Attempts)
                throw new SlipwayException(ErrorCode.Unavailable, $"Page {number} of {api.Address} could not be read, tried {tried} times: {why}. Nothing was landed.");
            var delay = after ?? s_firstDelay * Math.Pow(2, tried - 1);
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(delay.Ticks, 0, s_longestDelay.Ticks)), time, ct);
        }
    }

    /// <summary>What may pass, to be tried again; the rest is refused for good.</summary>
    private static string Refusal(HttpApi api, HttpResponseMessage answer, int number)
    {
        var reason = $"it answers {(int)answer.StatusCode} {answer.ReasonPhrase}".TrimEnd();
        if ((int)answer.StatusCode >= 500 || answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout)
            return reason;
        throw answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new SlipwayException(
                ErrorCode.PermissionDenied, $"{api.Address} refuses the credentials ({reason}): check source.auth and its secret."),
            HttpStatusCode.NotFound => new SlipwayException(ErrorCode.NotFound, $"Page {number} of {api.Address} does not exist ({reason}). Nothing was landed."),
            _ => SlipwayException.Invalid($"Page {number} of {api.Address} cannot be read: {reason}. Nothing was landed."),
        };
    }

    private static async Task<JsonDocument> ParseAsync(HttpApi api, HttpResponseMessage answer, int number, CancellationToken ct)
    {
        try
        {
            return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(ct), default, ct);
        }
        catch (JsonException exception)
        {
            throw SlipwayException.Invalid($"Page {number} of {api.Address} is no JSON: {exception.Message} Nothing was landed.");
        }
    }

    private static async Task<int> WriteAsync(HttpApi api, JsonElement body, int number, StreamWriter output)
    {
        var list = body;
        foreach (var name in api.Records?.Split('.') ?? [])
        {
            if (list.ValueKind != JsonValueKind.Object || !list.TryGetProperty(name, out list))
                throw SlipwayException.Invalid($"Page {number} of {api.Address} has no '{api.Records}'; correct source.records. Nothing was landed.");
        }

        if (list.ValueKind != JsonValueKind.Array)
            throw SlipwayException.Invalid($"Page {number} of {api.Address}: {(api.Records is null ? "the answer is no list; say where the list is, in source.records" : $"'{api.Records}' is no list")}. Nothing was landed.");
        var count = 0;
        foreach (var record in list.EnumerateArray())
        {
            if (record.ValueKind != JsonValueKind.Object)
                throw SlipwayException.Invalid($"Page {number} of {api.Address}: record {count + 1} is no object. Nothing was landed.");
            await output.WriteLineAsync(record.GetRawText().ReplaceLineEndings(" "));
            count++;
        }

        return count;
    }
}
