using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>The workers of a deployment. One that ended, or that had to be ended, is replaced; ever later while that fails.</summary>
internal sealed partial class WorkerPool(
    PythonFolder folder, WorkerSpec spec, DeploymentLog log, TimeSpan timeout, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan s_leastPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_mostPause = TimeSpan.FromSeconds(30);

    private readonly Channel<WorkerProcess> _free = Channel.CreateUnbounded<WorkerProcess>();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Starts the first, which shows whether the model loads, and then the others.</summary>
    public async Task StartAsync(int workers, CancellationToken ct)
    {
        _free.Writer.TryWrite(await WorkerProcess.StartAsync(folder, spec, log, ct));
        for (var i = 1; i < workers; i++)
            _ = ReplaceAsync();
    }

    /// <summary>Asks whichever worker is free. Timeout ends the worker, so that a script that hangs hurts its request alone.</summary>
    public async ValueTask<WorkerAnswer> AskAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        timer.CancelAfter(timeout);
        var worker = await RentAsync(timer.Token);
        var answered = false;
        try
        {
            var answer = await worker.AskAsync(head, body, timer.Token);
            answered = true;
            return answer.Head.Error is { } why ? throw new SlipwayException(ErrorCode.EngineFailed, $"The model failed: {why}") : answer;
        }
        catch (OperationCanceledException exception)
        {
            throw new SlipwayException(
                ErrorCode.Timeout, $"The model did not answer within {timeout.TotalSeconds} seconds; its worker was ended.", exception);
        }
        finally
        {
            if (!answered || !_free.Writer.TryWrite(worker))
            {
                worker.Dispose();
                _ = ReplaceAsync();
            }
        }
    }

    /// <summary>Only when no request is in hand any more.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _free.Writer.TryComplete();
        while (_free.Reader.TryRead(out var worker))
            worker.Dispose();
        folder.Dispose();
    }

    private async ValueTask<WorkerProcess> RentAsync(CancellationToken ct)
    {
        while (true)
        {
            WorkerProcess worker;
            try
            {
                worker = await _free.Reader.ReadAsync(ct);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
            {
                throw new SlipwayException(ErrorCode.Unavailable, "No worker of the model was ready in time; the deployment's log tells why.", exception);
            }

            if (worker.IsAlive)
                return worker;
            worker.Dispose();
            _ = ReplaceAsync();
        }
    }

    private async Task ReplaceAsync()
    {
        for (var pause = TimeSpan.Zero; !_stop.IsCancellationRequested; pause = Longer(pause))
        {
            try
            {
                await Task.Delay(pause, time, _stop.Token);
                var worker = await WorkerProcess.StartAsync(folder, spec, log, _stop.Token);
                if (!_free.Writer.TryWrite(worker))
                    worker.Dispose();
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // A model that loaded once may load again; until then its requests say that it is not ready.
                Log.NotStarted(logger, exception, folder.Name);
            }
        }
    }

    private static TimeSpan Longer(TimeSpan pause) =>
        pause == TimeSpan.Zero ? s_leastPause : pause * 2 > s_mostPause ? s_mostPause : pause * 2;

    private static partial class Log
    {
        [LoggerMessage(7010, LogLevel.Warning, "A worker of {Model} could not be started")]
        public static partial void NotStarted(ILogger logger, Exception exception, string model);
    }
}
