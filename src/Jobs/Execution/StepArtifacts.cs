using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Compute;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Puts a step's log and files among the artifacts of its run.</summary>
internal sealed partial class StepArtifacts(ContentStore content, ITracking tracking, ILogger<StepArtifacts> logger)
{
    public const string LogFolder = "user_logs";

    public const string LogFile = "std_log.txt";

    /// <summary>Keeps the log, unless it is empty. It is kept of cancelled steps too, and so takes no token.</summary>
    public async Task KeepLogAsync(Caller caller, string runId, StepLog log)
    {
        if (log.Length == 0)
            return;

        try
        {
            var blob = await content.PutFileAsync(log.Path, CancellationToken.None);
            var tree = await content.PutTreeAsync([new TreeEntry(LogFile, blob.Digest, blob.Size)], CancellationToken.None);
            await tracking.LogArtifactsAsync(caller, runId, LogFolder, tree.Digest, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The step's own result counts for more than its log.
            Log.LogNotKept(logger, exception, runId);
        }
    }

    /// <summary>Keeps the files of a folder, if there are any.</summary>
    public async Task KeepFolderAsync(Caller caller, string runId, string name, string folder)
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return;

        var tree = await content.PutFolderAsync(folder, null, CancellationToken.None);
        if (tree.Entries.Count > 0)
            await tracking.LogArtifactsAsync(caller, runId, name, tree.Digest, CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(6002, LogLevel.Error, "The log of run {RunId} could not be kept")]
        public static partial void LogNotKept(ILogger logger, Exception exception, string runId);
    }
}
