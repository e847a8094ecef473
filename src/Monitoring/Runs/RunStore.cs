using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>Monitor runs and their figures.</summary>
internal sealed class RunStore(Database database)
{
    private const string Columns =
        "id, monitor, endpoint, window_from, window_to, status, message, model, model_version, row_count, labelled, started_at, "
        + "ended_at, started_by";

    public static async Task InsertAsync(DbTransaction tx, WorkspaceName workspace, MonitorRun run, CancellationToken ct)
    {
        await tx.ExecuteAsync(
            $"""
             insert into monitor_runs (workspace, {Columns})
             values (@Workspace, @Id, @Monitor, @Endpoint, @From, @To, @Status, @Message, @Model, @ModelVersion, @Rows, @Labelled,
                     @StartedAt, @EndedAt, @StartedBy)
             """,
            new
            {
                Workspace = workspace.Value,
                run.Id,
                run.Monitor,
                run.Endpoint,
                From = run.Window.From.ToUnixTimeMilliseconds(),
                To = run.Window.To.ToUnixTimeMilliseconds(),
                run.Status,
                run.Message,
                run.Model,
                run.ModelVersion,
                run.Rows,
                run.Labelled,
                StartedAt = run.StartedAt.ToUnixTimeMilliseconds(),
                EndedAt = run.EndedAt.ToUnixTimeMilliseconds(),
                run.StartedBy,
            },
            ct);
        await InsertMetricsAsync(tx, run, ct);
    }

    public async Task<MonitorRun?> FindAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        (await ReadAsync("workspace = @Workspace and id = @Id", new { Workspace = workspace.Value, Id = id }, 1, ct)) is [var run] ? run : null;

    /// <summary>The last run of exactly this window.</summary>
    public async Task<MonitorRun?> FindAsync(WorkspaceName workspace, string monitor, TimeWindow window, CancellationToken ct) =>
        (await ReadAsync(
            "workspace = @Workspace and monitor = @Monitor and window_from = @From and window_to = @To",
            new
            {
                Workspace = workspace.Value,
                Monitor = monitor,
                From = window.From.ToUnixTimeMilliseconds(),
                To = window.To.ToUnixTimeMilliseconds(),
            },
            1,
            ct)) is [var run] ? run : null;

    /// <summary>Latest window first.</summary>
    public Task<IReadOnlyList<MonitorRun>> ListAsync(WorkspaceName workspace, string monitor, int limit, CancellationToken ct) =>
        ReadAsync("workspace = @Workspace and monitor = @Monitor", new { Workspace = workspace.Value, Monitor = monitor }, limit, ct);

    /// <summary>Those whose window ends in a stretch of time (its begin outside, its end inside), latest window first.</summary>
    public Task<IReadOnlyList<MonitorRun>> WithinAsync(WorkspaceName workspace, string monitor, TimeWindow ends, int limit, CancellationToken ct) => ReadAsync(
        "workspace = @Workspace and monitor = @Monitor and window_to > @From and window_to <= @To",
        new
        {
            Workspace = workspace.Value,
            Monitor = monitor,
            From = ends.From.ToUnixTimeMilliseconds(),
            To = ends.To.ToUnixTimeMilliseconds(),
        },
        limit,
        ct);

    /// <summary>Labels seen in the windows that end after a time, each window counted once.</summary>
    public async Task<long> LabelsAfterAsync(WorkspaceName workspace, string monitor, DateTimeOffset? after, DateTimeOffset until, CancellationToken ct) =>
        await database.FindAsync<long?>(
            """
            select cast(sum(labels) as bigint) from (
                select max(labelled) as labels from monitor_runs
                where workspace = @Workspace and monitor = @Monitor and window_to > @After and window_to <= @Until
                group by window_from, window_to) as windows
            """,
            new
            {
                Workspace = workspace.Value,
                Monitor = monitor,
                After = after?.ToUnixTimeMilliseconds() ?? long.MinValue,
                Until = until.ToUnixTimeMilliseconds(),
            },
            ct) ?? 0;

    private static Task InsertMetricsAsync(DbTransaction tx, MonitorRun run, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            insert into monitor_metrics
                (run_id, position, signal, feature, segment, metric, value, threshold, crossed, adjusted, low, high, bounds, window_from, window_to, verdict)
            values (@RunId, @Position, @Signal, @Feature, @Segment, @Metric, @Value, @Threshold, @Crossed, @Adjusted, @Low, @High, @Bounds, @WindowFrom,
                    @WindowTo, @Verdict)
            """,
            run.Metrics.Select((metric, position) => new
            {
                RunId = run.Id,
                Position = position,
                metric.Signal,
                metric.Feature,
                metric.Metric,
                metric.Value,
                metric.Threshold,
                metric.Crossed,
                metric.Segment,
                metric.Adjusted,
                metric.Low,
                metric.High,
                metric.Bounds,
                WindowFrom = metric.Window?.From.ToUnixTimeMilliseconds(),
                WindowTo = metric.Window?.To.ToUnixTimeMilliseconds(),
                metric.Verdict,
            }).ToList(),
            ct);

    private async Task<IReadOnlyList<MonitorRun>> ReadAsync(string where, object parameters, int limit, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var rows = await connection.QueryAsync<RunRow>(
            $"select {Columns} from monitor_runs where {where} order by window_to desc, id desc limit {limit}", parameters, ct);
        if (rows.Count == 0)
            return [];
        var metrics = await connection.QueryAsync<RunMetricRow>(
            $"""
             select run_id, signal, feature, segment, metric, value, threshold, crossed, adjusted, low, high, bounds, window_from, window_to, verdict
             from monitor_metrics
             where {database.Dialect.AnyOf("run_id", "@Ids")} order by run_id, position
             """,
            new { Ids = rows.Select(row => row.Id).ToArray() },
            ct);
        var byRun = metrics.ToLookup(metric => metric.RunId, metric => metric.ToMetric());
        return [.. rows.Select(row => row.ToRun([.. byRun[row.Id]]))];
    }
}
