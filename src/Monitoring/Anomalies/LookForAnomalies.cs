using Microsoft.Extensions.Logging;
using Slipway.Kernel;

namespace Slipway.Monitoring.Anomalies;

/// <summary>Has the detectors of a workspace look that are due: each as often as its stretches end, or once in a minute.</summary>
internal sealed partial class LookForAnomalies(
    DetectorStore detectors, FindingStore findings, RunDetector run, TimeProvider time, ILogger<LookForAnomalies> logger)
{
    private static readonly TimeSpan s_often = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(90);

    public async Task RunAsync(WorkspaceName workspace, CancellationToken ct)
    {
        var caller = Caller.System with { Workspace = workspace };
        var any = false;
        foreach (var row in await detectors.ListAsync(workspace, ct))
            any |= await TryAsync(caller, row, ct);
        if (any)
            await findings.DeleteAsync((time.GetUtcNow() - s_kept).ToUnixTimeMilliseconds(), ct);
    }

    /// <summary>False when it was not due.</summary>
    private async Task<bool> TryAsync(Caller caller, DetectorRow row, CancellationToken ct)
    {
        try
        {
            var detector = row.Read();
            if (row.LookedAt.ToTime() + (detector.Settings.Every ?? s_often) > time.GetUtcNow())
                return false;
            await run.LookAsync(caller, row, ct);
        }
        catch (SlipwayException refusal)
        {
            await detectors.NoteAsync(caller.Workspace, row.Name, refusal.Message, ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One detector that fails must not keep the others from looking; it looks again when it is due.
            Log.Failed(logger, exception, row.Name);
            await detectors.NoteAsync(caller.Workspace, row.Name, exception.Message, ct);
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(9040, LogLevel.Error, "Anomaly detector {Detector} failed; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string detector);
    }
}
