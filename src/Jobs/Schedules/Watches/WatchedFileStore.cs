using System.Data.Common;
using Slipway.Data;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>The table of the files that schedules have seen.</summary>
internal sealed class WatchedFileStore(Database database)
{
    public Task<IReadOnlyList<WatchedFile>> ListAsync(string schedule, CancellationToken ct) => database.QueryAsync<WatchedFile>(
        "select name as Name, etag as ETag, fired as Fired from job_watched_files where schedule_id = @Schedule",
        new { Schedule = schedule },
        ct);

    public static Task ForgetAsync(DbTransaction tx, string schedule, CancellationToken ct) =>
        tx.ExecuteAsync("delete from job_watched_files where schedule_id = @Schedule", new { Schedule = schedule }, ct);

    public static async Task UpdateAsync(
        DbTransaction tx, string schedule, IEnumerable<WatchedFile> changed, IEnumerable<string> gone, CancellationToken ct)
    {
        await tx.ExecuteAsync(
            "delete from job_watched_files where schedule_id = @Schedule and name = @Name",
            gone.Select(name => new { Schedule = schedule, Name = name }).ToList(),
            ct);
        await tx.ExecuteAsync(
            """
            insert into job_watched_files (schedule_id, name, etag, fired)
            values (@Schedule, @Name, @ETag, @Fired)
            on conflict (schedule_id, name) do update set etag = excluded.etag, fired = excluded.fired
            """,
            changed.Select(file => new { Schedule = schedule, file.Name, file.ETag, file.Fired }).ToList(),
            ct);
    }
}
