using Microsoft.Extensions.Logging;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>Starts the workers of a deployment.</summary>
internal sealed partial class WorkerStarts(WorkerProgram program, WorkerSpec spec, DeploymentLog log, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_leastPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_mostPause = TimeSpan.FromSeconds(30);

    public Task<WorkerProcess> OnceAsync(CancellationToken ct) => WorkerProcess.StartAsync(program, spec, log, ct);

    /// <summary>Tries again, ever later, while it fails.</summary>
    public async Task<WorkerProcess> UntilReadyAsync(CancellationToken ct)
    {
        for (var pause = TimeSpan.Zero; ; pause = Longer(pause))
        {
            try
            {
                await Task.Delay(pause, time, ct);
                return await OnceAsync(ct);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // A model that loaded once may load again; until then its requests say that it is not ready.
                Log.NotStarted(logger, exception, program.Folder.Name);
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
