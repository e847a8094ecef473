using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

/// <summary>Makes one attempt.</summary>
internal sealed class DeliverySender : IDisposable
{
    private const int MostAnswerBytes = 64 * 1024;

    private readonly Destinations _destinations;
    private readonly IVault _vault;
    private readonly MailSender _mail;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly HttpClient _http;

    public DeliverySender(Destinations destinations, IVault vault, MailSender mail, IOptions<DeliveryOptions> options, TimeProvider time)
    {
        _destinations = destinations;
        _vault = vault;
        _mail = mail;
        _time = time;
        _timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds);
        _http = destinations.CreateClient();
    }

    /// <summary>What came of it, and after which time to try again: null for never.</summary>
    public async Task<(DeliveryAnswer Answer, TimeSpan? RetryAfter)> SendAsync(Delivery delivery, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            if (MailSender.IsMail(delivery.Url))
                return await _mail.SendAsync(delivery, either.Token);
            using var request = await RequestAsync(delivery, either.Token);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var answer = new DeliveryAnswer(
                (int)response.StatusCode, await BeginningAsync(response, either.Token), Judge(response.StatusCode));
            return (answer, MayPass(response.StatusCode) ? Asked(response.Headers.RetryAfter) : null);
        }
        catch (HttpRequestException exception) when (exception.InnerException is SlipwayException refusal)
        {
            return (new DeliveryAnswer(null, null, refusal.Message), null);
        }
        catch (SlipwayException refusal)
        {
            return (new DeliveryAnswer(null, null, refusal.Message), null);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (new DeliveryAnswer(null, null, $"No answer within {_timeout.TotalSeconds:0} seconds."), TimeSpan.Zero);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return (new DeliveryAnswer(null, null, exception.Message), TimeSpan.Zero);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpRequestMessage> RequestAsync(Delivery delivery, CancellationToken ct)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, _destinations.Parse(delivery.Url, "webhook URL"))
        {
            Content = new StringContent(delivery.Body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Slipway", null));
        request.Headers.Add(delivery.HeaderPrefix + "-Delivery-Id", delivery.Id);
        request.Headers.Add(delivery.HeaderPrefix + "-Timestamp", timestamp);
        if (delivery.Secret is { } name)
            request.Headers.Add(delivery.HeaderPrefix + "-Signature", Sign(await SecretAsync(delivery, name, ct), delivery, timestamp));
        if (delivery.Token is { } token)
            SignIn(request, await SecretAsync(delivery, token, ct), delivery.TokenUse);
        return request;
    }

    private static void SignIn(HttpRequestMessage request, string token, TokenUse? use)
    {
        if (use == TokenUse.PrivateToken)
            request.Headers.Add("PRIVATE-TOKEN", token);
        else if (use == TokenUse.Basic)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($":{token}")));
        else
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    private async Task<string> SecretAsync(Delivery delivery, string name, CancellationToken ct) =>
        await _vault.FindAsync(Caller.System with { Workspace = WorkspaceName.Parse(delivery.Workspace) }, name, ct)
        ?? throw SlipwayException.NotFound("Secret", name);

    private static string Sign(string secret, Delivery delivery, string timestamp) => "v1," + Convert.ToBase64String(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{delivery.Id}.{timestamp}.{delivery.Body}")));

    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[MostAnswerBytes];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);

        // PostgreSQL keeps no NUL.
        return Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', ' ');
    }

    private static string? Judge(HttpStatusCode status) => (int)status switch
    {
        < 300 => null,
        < 400 => $"It answered {(int)status}; redirections are not followed: use the URL that it leads to.",
        _ => $"It answered {(int)status}.",
    };

    private static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private TimeSpan Asked(RetryConditionHeaderValue? header)
    {
        var asked = header?.Delta ?? header?.Date - _time.GetUtcNow() ?? TimeSpan.Zero;
        return asked > TimeSpan.Zero ? asked : TimeSpan.Zero;
    }
}
