using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>A model server that a deployment runs: started, started anew when it ends or is not healthy, and ended with its deployment.</summary>
/// <param name="ending">Cancelled when this process ends: what ends from then on is not started anew.</param>
internal sealed partial class KeptServer(
    IServerStart start, ProbeSettings probe, DeploymentLog log, TimeProvider time, ILogger logger, CancellationToken ending) : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_mostPause = TimeSpan.FromSeconds(30);

    private readonly Liveness _liveness = new(probe, log, time);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(ending);
    private volatile StartedServer? _running;
    private volatile Uri? _address;

    /// <summary>Null while it does not run.</summary>
    public Uri? Address => _address;

    /// <summary>Starts it and waits until it is ready; from then on it is kept running.</summary>
    public async Task StartAsync(ServerHealth health, CancellationToken ct)
    {
        await StartOnceAsync(health, ct);
        _ = KeepAsync(health);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _running?.End();
        start.Dispose();
    }

    private async Task StartOnceAsync(ServerHealth health, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, _stop.Token);
        var running = _running = await start.StartAsync(limit.Token);
        _address = running.Address;
        limit.CancelAfter(probe.Start);
        try
        {
            while (!await health.IsReadyAsync(limit.Token))
            {
                if (running.Ended.IsCompleted)
                    throw new SlipwayException(ErrorCode.EngineFailed, $"The {start.What} ended{CodeOf(await running.Ended)} before it was ready. {log.Tail()}".TrimEnd());
                await Task.Delay(s_look, time, limit.Token);
            }
        }
        catch (Exception exception)
        {
            _address = null;
            running.End();
            throw exception is OperationCanceledException && !ct.IsCancellationRequested && !_stop.IsCancellationRequested
                ? new SlipwayException(ErrorCode.EngineFailed, $"The {start.What}'s server was not ready within {probe.Start.TotalSeconds} seconds. {log.Tail()}".TrimEnd(), exception)
                : exception;
        }
    }

    // A container that ended before it could be asked has none.
    private static string CodeOf(int code) => code < 0 ? "" : $" with exit code {code}";

    private async Task KeepAsync(ServerHealth health)
    {
        var pause = TimeSpan.Zero;
        while (true)
        {
            _ = _liveness.WatchAsync(_running!, health.IsAliveAsync, _stop.Token);
            var code = await _running!.Ended;
            _address = null;
            if (_stop.IsCancellationRequested)
                return;
            Log.Ended(logger, start.Name, code);
            try
            {
                await Task.Delay(pause, time, _stop.Token);
                await StartOnceAsync(health, CancellationToken.None);
                pause = TimeSpan.Zero;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // What started once may start again; until then its requests say that it is not there.
                Log.NotStarted(logger, exception, start.Name);
                pause = pause == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : pause * 2 > s_mostPause ? s_mostPause : pause * 2;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7050, LogLevel.Warning, "The model server of {Model} ended with exit code {Code} and is started anew")]
        public static partial void Ended(ILogger logger, string model, int code);

        [LoggerMessage(7051, LogLevel.Warning, "The model server of {Model} could not be started anew")]
        public static partial void NotStarted(ILogger logger, Exception exception, string model);
    }
}
