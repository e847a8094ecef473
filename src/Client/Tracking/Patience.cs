using System.Net;

namespace Slipway.Client;

/// <summary>Tries again, with growing pauses, what may be done twice while the server is away or too busy.</summary>
internal sealed class Patience(TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    /// <summary>Whether another try may end better: nobody answered, the connection broke, or the server asked for patience.</summary>
    public static bool IsPassing(Exception exception) => exception switch
    {
        SlipwayApiException { Status: null } => true,
        SlipwayApiException { Status: { } status } => (int)status >= 500 && status != HttpStatusCode.NotImplemented
            || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests,
        HttpRequestException or IOException => true,
        _ => false,
    };

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> act, TimeSpan giveUpAfter, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        for (var pause = s_first; ; pause = pause * 2 < s_longest ? pause * 2 : s_longest)
        {
            try
            {
                return await act(ct);
            }
            catch (Exception exception) when (IsPassing(exception) && time.GetElapsedTime(started) + pause < giveUpAfter)
            {
                await Task.Delay(pause, time, ct);
            }
        }
    }
}
