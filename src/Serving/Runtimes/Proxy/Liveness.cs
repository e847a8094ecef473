using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>Asks a server that runs whether it is healthy, again and again; one that does not say so for long enough is ended, so that it is started anew.</summary>
internal sealed class Liveness(ProbeSettings probe, DeploymentLog log, TimeProvider time)
{
    /// <param name="isHealthy">Asks it; cancelled when it takes too long.</param>
    public async Task WatchAsync(StartedServer server, Func<CancellationToken, Task<bool>> isHealthy, CancellationToken ct)
    {
        if (probe.PeriodSeconds is not { } period)
            return;
        for (var failures = 0; failures < probe.Failures;)
        {
            await Task.Delay(TimeSpan.FromSeconds(period), time, ct);
            if (server.Ended.IsCompleted)
                return;
            failures = await AnswersAsync(isHealthy, ct) ? 0 : failures + 1;
        }

        log.Write(System.Text.Encoding.UTF8.GetBytes($"It was not healthy {probe.Failures} times, one after the other; it is ended.\n"));
        server.End();
    }

    private async Task<bool> AnswersAsync(Func<CancellationToken, Task<bool>> isHealthy, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(probe.Answer, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            return await isHealthy(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
