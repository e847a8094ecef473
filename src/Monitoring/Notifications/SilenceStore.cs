using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Notifications;

/// <summary>Silences; those that are over stay for the record.</summary>
internal sealed class SilenceStore(Database database)
{
    private const string Columns = "id, workspace, matchers, comment, starts_at, ends_at, created_at, created_by";

    public Task<int> AddAsync(Silence silence, CancellationToken ct) => database.ExecuteAsync(
        $"insert into alert_silences ({Columns}) values (@Id, @Workspace, @Matchers, @Comment, @StartsAt, @EndsAt, @CreatedAt, @CreatedBy)",
        silence,
        ct);

    /// <summary>Those that end after a time, latest end first.</summary>
    public Task<IReadOnlyList<Silence>> ListAsync(WorkspaceName workspace, long endingAfter, CancellationToken ct) => database.QueryAsync<Silence>(
        $"select {Columns} from alert_silences where workspace = @Workspace and ends_at > @After order by ends_at desc, id limit 1000",
        new { Workspace = workspace.Value, After = endingAfter },
        ct);

    /// <summary>False when there is none of this id that is not over.</summary>
    public async Task<bool> EndAsync(WorkspaceName workspace, string id, long now, CancellationToken ct) => await database.ExecuteAsync(
        "update alert_silences set ends_at = @Now where workspace = @Workspace and id = @Id and ends_at > @Now",
        new { Workspace = workspace.Value, Id = id, Now = now },
        ct) > 0;
}
