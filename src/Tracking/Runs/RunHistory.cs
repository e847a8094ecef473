using System.Data.Common;
using Npgsql;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Runs;

/// <summary>Who changes a run, and when.</summary>
internal readonly record struct Author(string Principal, long Time)
{
    public static Author Of(Caller caller, TimeProvider time) => new(caller.Principal, time.UtcNow());
}

/// <summary>One change of a run, from what to what.</summary>
/// <param name="Key">Of a tag; else null.</param>
internal sealed record RunChange(string Act, string? Key, string? Before, string? After)
{
    /// <summary>Deletions and restorations have no values; anything else that stays as it was is no change.</summary>
    public bool IsOne => (Before, After) is (null, null) || Before != After;
}

/// <summary>
/// The append-only history of runs: state, name, tags, deletions. What is only ever added (metrics, params, files) tells
/// its own, and the tags that MLflow's client writes for itself are nobody's decision.
/// </summary>
internal static class RunHistory
{
    private const string OfTheClient = "mlflow.", Note = "mlflow.note.content";

    public static async Task AddAsync(DbTransaction tx, long runNo, Author by, IEnumerable<RunChange> changes, CancellationToken ct)
    {
        foreach (var change in changes.Where(change => change.IsOne))
        {
            await tx.ExecuteAsync(
                """
                insert into run_history (run_no, time, principal, act, key, before, after)
                values (@No, @Time, @Principal, @Act, @Key, @Before, @After)
                """,
                new { No = runNo, by.Time, by.Principal, change.Act, change.Key, change.Before, change.After },
                ct);
        }
    }

    /// <summary>What setting these tags is going to change; to be called before they are written.</summary>
    public static async Task AddTagsAsync(DbTransaction tx, long runNo, Author by, IReadOnlyList<KeyValue> tags, CancellationToken ct)
    {
        var told = tags.Where(tag => IsTold(tag.Key) || tag.Key == RunStore.NameTag).OrderBy(tag => tag.Key, StringComparer.Ordinal).ToList();
        if (told.Count == 0)
            return;
        var before = await TagsAsync(tx, runNo, [.. told.Select(tag => tag.Key)], ct);
        await AddAsync(
            tx,
            runNo,
            by,
            told.Select(tag => tag.Key == RunStore.NameTag
                ? new RunChange("name", null, before.GetValueOrDefault(tag.Key), tag.Value)
                : new RunChange("tag", tag.Key, before.GetValueOrDefault(tag.Key), tag.Value)),
            ct);
    }

    /// <summary>What deleting this tag is going to change; to be called before it is deleted.</summary>
    public static async Task AddDeletedTagAsync(DbTransaction tx, long runNo, Author by, string key, CancellationToken ct)
    {
        if (IsTold(key) && (await TagsAsync(tx, runNo, [key], ct)).TryGetValue(key, out var value))
            await AddAsync(tx, runNo, by, [new RunChange("tag", key, value, null)], ct);
    }

    /// <summary>The runs of an experiment that its deletion or restoration is going to change.</summary>
    public static Task<int> AddMarksAsync(DbTransaction tx, long experimentId, bool deleted, Author by, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into run_history (run_no, time, principal, act, after)
        select no, @Time, @Principal, @Act, 'with its experiment' from runs where experiment_id = @Id and deleted <> @Deleted
        """,
        new { Id = experimentId, Deleted = deleted, by.Time, by.Principal, Act = MarkAct(deleted) },
        ct);

    public static string MarkAct(bool deleted) => deleted ? "deleted" : "restored";

    private static bool IsTold(string key) => !key.StartsWith(OfTheClient, StringComparison.Ordinal) || key == Note;

    private static async Task<Dictionary<string, string>> TagsAsync(DbTransaction tx, long runNo, string[] keys, CancellationToken ct)
    {
        var oneOf = tx is NpgsqlTransaction ? "key = any(@Keys)" : "key in @Keys";
        var rows = await tx.QueryAsync<KeyValue>(
            $"select key, value from run_tags where run_no = @No and {oneOf}", new { No = runNo, Keys = keys }, ct);
        return rows.ToDictionary(row => row.Key, row => row.Value);
    }
}
