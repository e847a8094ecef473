using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Reads the logs of steps: of those that run as they grow, of the others from their run's artifacts.</summary>
internal sealed class StepLogs(ActiveJobs active, LogSharing sharing, ITracking tracking, ContentStore content)
{
    // More is fetched in the next round.
    private const int MostAtOnce = 256 * 1024;

    /// <summary>What stands in the log from an offset on; null when there is nothing more now.</summary>
    public async Task<byte[]?> ReadAsync(Caller caller, StepRow step, long offset, CancellationToken ct)
    {
        // A step that has just ended may still be listed while its folder, and the live log in it, is gone.
        if (active.Peek(step.JobId)?.FindRunning(step.Position)?.Log is { } live
            && ReadLive(live.Path, offset, MostAtOnce) is var read
            && (read is not null || File.Exists(live.Path)))
        {
            return read;
        }

        // What is taken over has its log where it was made.
        return step.IsOver
            ? await ReadKeptAsync(caller, step.RunId, offset, ct)
            : await sharing.ReadAsync(step.JobId, step.Position, offset, ct);
    }

    /// <summary>Completes when a log of the job grows.</summary>
    public IEnumerable<Task> Growth(string jobId) =>
        active.Peek(jobId)?.Running.Select(step => step.Log?.Grew).OfType<Task>() ?? [];

    public static byte[]? ReadLive(string path, long offset, int most)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length <= offset)
                return null;

            var bytes = new byte[Math.Min(file.Length - offset, most)];
            file.Seek(offset, SeekOrigin.Begin);
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException)
        {
            // The step has just ended and its folder is gone; its log is among the artifacts by the next look.
            return null;
        }
    }

    private async Task<byte[]?> ReadKeptAsync(Caller caller, string runId, long offset, CancellationToken ct)
    {
        if (await tracking.FindRunAsync(caller, runId, ct) is null)
            return null;

        var artifacts = await tracking.ArtifactsAsync(caller, runId, ct);
        var entry = artifacts.Find($"{StepArtifacts.LogFolder}/{StepArtifacts.LogFile}");
        if (entry is null || entry.Size <= offset)
            return null;

        var bytes = new byte[Math.Min(entry.Size - offset, MostAtOnce)];
        await using var stream = await content.OpenAsync(entry.Digest, ct);
        stream.Seek(offset, SeekOrigin.Begin);
        await stream.ReadExactlyAsync(bytes, ct);
        return bytes;
    }
}
