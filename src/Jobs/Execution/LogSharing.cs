using Slipway.Data;

namespace Slipway.Jobs.Execution;

/// <summary>
/// Shows the processes beside this one what its running steps say, by way of the database. Only the beginning of a long
/// log: the whole of it is an artifact when the step ends.
/// </summary>
internal sealed class LogSharing(Database database)
{
    /// <summary>So much of one log is shown while it grows.</summary>
    public const long Shared = 4 * 1024 * 1024;

    private const int MostAtOnce = 256 * 1024;

    // With SQLite there is one process, and it reads its own files.
    private readonly bool _alone = database.Provider == DatabaseProvider.Sqlite;

    public async Task ShareAsync(IEnumerable<RunningStep> running, CancellationToken ct)
    {
        foreach (var step in _alone ? [] : running)
        {
            while (step.Log is { IsClosed: false } log && step.SharedBytes < Math.Min(log.Length, Shared))
            {
                if (StepLogs.ReadLive(log.Path, step.SharedBytes, MostAtOnce) is not { } bytes)
                    break;
                await AddAsync(step, bytes, ct);
                step.SharedBytes += bytes.Length;
            }
        }
    }

    /// <summary>What the newest attempt at a step has said from an offset on; null when there is nothing more now.</summary>
    public async Task<byte[]?> ReadAsync(string jobId, int position, long offset, CancellationToken ct)
    {
        var part = _alone ? null : await database.FindAsync<Part>(
            """
            select start, bytes from step_log_parts
            where job_id = @JobId and position = @Position and start <= @Offset
                and fence = (select max(fence) from step_log_parts where job_id = @JobId and position = @Position)
            order by start desc
            limit 1
            """,
            new { JobId = jobId, Position = position, Offset = offset },
            ct);
        return part is null || part.Start + part.Bytes.Length <= offset ? null : part.Bytes[(int)(offset - part.Start)..];
    }

    /// <summary>The step is over and its log kept. Parts of attempts whose worker died go with it.</summary>
    public Task ForgetAsync(RunningStep step, CancellationToken ct) => step.SharedBytes == 0 && step.Lease.Attempt == 1
        ? Task.CompletedTask
        : database.ExecuteAsync(
            "delete from step_log_parts where job_id = @JobId and position = @Position and fence <= @Fence",
            new { step.JobId, step.Position, step.Lease.Fence },
            ct);

    private Task AddAsync(RunningStep step, byte[] bytes, CancellationToken ct) => database.ExecuteAsync(
        """
        insert into step_log_parts (job_id, position, fence, start, bytes)
        values (@JobId, @Position, @Fence, @Start, @Bytes)
        on conflict do nothing
        """,
        new { step.JobId, step.Position, step.Lease.Fence, Start = step.SharedBytes, Bytes = bytes },
        ct);

    private sealed record Part
    {
        public required long Start { get; init; }

        public required byte[] Bytes { get; init; }
    }
}
