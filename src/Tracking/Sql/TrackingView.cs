using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Tracking.Sql;

/// <summary>
/// The records of tracking for SQL: <c>'tracking:runs'</c>, <c>'tracking:metrics'</c> (the last value of each key),
/// <c>'tracking:points'</c> (all values), <c>'tracking:params'</c>, <c>'tracking:tags'</c>.
/// </summary>
internal sealed class TrackingView(Database database, ILakeTables tables, IAccess access) : ILakeView
{
    private static readonly FrozenDictionary<string, Records> s_records = new Dictionary<string, Records>
    {
        ["runs"] = new(
            "run_id varchar, run_name varchar, experiment_id varchar, experiment varchar, user_id varchar, status varchar, "
            + "start_time timestamptz, end_time timestamptz, lifecycle_stage varchar",
            """
            select r.id, r.name, cast(r.experiment_id as text), e.name, r.user_id, r.status, r.started_at, r.ended_at,
                case when r.deleted then 'deleted' else 'active' end
            from runs r join experiments e on e.id = r.experiment_id
            where r.workspace = @Workspace
            """,
            [6, 7]),
        ["metrics"] = new(
            "run_id varchar, key varchar, value double, step bigint, time timestamptz",
            """
            select r.id, k.key, case when m.is_nan then null else m.value end, m.step, m.time
            from latest_metrics m join runs r on r.no = m.run_no join metric_keys k on k.no = m.key_no
            where r.workspace = @Workspace
            """,
            [4]),
        ["points"] = new(
            "run_id varchar, key varchar, value double, step bigint, time timestamptz",
            """
            select r.id, k.key, case when m.is_nan then null else m.value end, m.step, m.time
            from metrics m join runs r on r.no = m.run_no join metric_keys k on k.no = m.key_no
            where r.workspace = @Workspace
            """,
            [4]),
        ["params"] = new(
            "run_id varchar, key varchar, value varchar",
            "select r.id, p.key, p.value from params p join runs r on r.no = p.run_no where r.workspace = @Workspace",
            []),
        ["tags"] = new(
            "run_id varchar, key varchar, value varchar",
            "select r.id, t.key, t.value from run_tags t join runs r on r.no = t.run_no where r.workspace = @Workspace",
            []),
    }.ToFrozenDictionary();

    public string Name => "tracking";

    public async Task<LakeTable> TableAsync(Caller caller, string subject, string folder, CancellationToken ct)
    {
        var records = s_records.GetValueOrDefault(subject) ?? throw SlipwayException.Invalid(
            $"'tracking:{subject}' is no table.{Nearest.Hint(subject, s_records.Keys)} Known: "
            + $"{string.Join(", ", s_records.Keys.Order(StringComparer.Ordinal).Select(name => $"tracking:{name}"))}.");
        await access.DemandAsync(caller, Permission.Read, $"tracking:{subject}", ct);
        return await tables.WriteAsync(
            records.Columns, RowsAsync(records, caller.Workspace, ct), Path.Combine(folder, $"tracking-{subject}.parquet"), ct);
    }

    private async IAsyncEnumerable<object?[]> RowsAsync(
        Records records, WorkspaceName workspace, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        await using var reader = await connection.ExecuteReaderAsync(
            new CommandDefinition(records.Sql, new { Workspace = workspace.Value }, cancellationToken: ct));
        var row = new object?[reader.FieldCount];
        while (await reader.ReadAsync(ct))
        {
            reader.GetValues(row!);
            foreach (var column in records.Times)
                row[column] = row[column] is long millis ? millis.ToTime() : null;
            yield return row;
        }
    }

    /// <param name="Columns">As the user sees them.</param>
    /// <param name="Sql">On both databases; <c>@Workspace</c> is the caller's.</param>
    /// <param name="Times">The positions of the columns that the database keeps as milliseconds.</param>
    private sealed record Records(string Columns, string Sql, int[] Times);
}
