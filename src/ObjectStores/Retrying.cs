using System.Net;
using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>A failure that may pass: the same request is made again.</summary>
internal sealed class PassingFailure(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Makes a request again while it fails in a way that may pass, ever more slowly, until the limit.</summary>
internal sealed class Retrying(string store, ObjectStoreLimits limits, TimeProvider time)
{
    public ObjectStoreLimits Limits => limits;

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await InTimeAsync(attempt, ct);
            }
            catch (Exception exception) when (Refusal(exception) is { } refusal)
            {
                throw refusal;
            }
            catch (Exception exception) when (MayPass(exception, ct))
            {
                await WaitAsync(exception, tried, ct);
            }
        }
    }

    /// <summary>Waits before the next attempt, or says that there is none.</summary>
    public Task WaitAsync(Exception failure, int tried, CancellationToken ct)
    {
        if (tried >= limits.Attempts)
        {
            throw new SlipwayException(
                IsLate(failure) ? ErrorCode.Timeout : ErrorCode.Unavailable,
                $"{Capital(store)} cannot be reached, tried {tried} times: {Reason(failure)} Check the address and the network, or try again later.",
                failure);
        }

        var delay = limits.FirstDelay * Math.Pow(2, tried - 1);
        delay = delay < limits.LongestDelay ? delay : limits.LongestDelay;
        return Task.Delay(delay * (1 - (Random.Shared.NextDouble() / 2)), time, ct);
    }

    public async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(limits.Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ct);
        return await attempt(both.Token);
    }

    public static bool MayPass(Exception exception, CancellationToken ct) =>
        !ct.IsCancellationRequested
        && exception is PassingFailure or HttpRequestException or IOException or OperationCanceledException or TimeoutException or WebException;

    public static bool MayPass(HttpStatusCode status) =>
        (int)status >= 500 && status != HttpStatusCode.NotImplemented
        || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    // The client of S3 turns a cancelled request into a TimeoutException.
    private static bool IsLate(Exception failure) => failure is OperationCanceledException or TimeoutException;

    // Of NamedHost, which clients wrap each in their own way.
    private static SlipwayException? Refusal(Exception exception) => exception switch
    {
        SlipwayException => null,
        { InnerException: SlipwayException refusal } => refusal,
        { InnerException: { } inner } => Refusal(inner),
        _ => null,
    };

    private string Reason(Exception failure) => IsLate(failure)
        ? $"no answer within {limits.Patience.TotalSeconds:0.###} s."
        : failure.Message.TrimEnd('.') + ".";
}
