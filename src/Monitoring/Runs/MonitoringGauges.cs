using Slipway.Data;
using Slipway.Kernel.Metrics;

namespace Slipway.Monitoring.Runs;

/// <summary>What the last runs of monitors found, what fires, and where retraining stands.</summary>
internal sealed class MonitoringGauges(Database database) : IGaugeSource
{
    public const string Value = "slipway_monitoring_value";
    public const string Threshold = "slipway_monitoring_threshold";
    public const string Crossed = "slipway_monitoring_crossed";
    public const string Alerts = "slipway_alerts";

    /// <summary>Figures that are told; what crossed its limit comes first.</summary>
    public const int MostFigures = 5000;

    private const string LeftOut = "slipway_monitoring_left_out";
    private const string LastWindow = "slipway_monitoring_window_end_timestamp_seconds";
    private const string Incidents = "slipway_incidents";
    private const string BrokenRules = "slipway_alert_rules_broken";
    private const string Decisions = "slipway_retraining_decisions";
    private const string Challengers = "slipway_retraining_challengers";

    public IReadOnlyList<GaugeName> Gauges { get; } =
    [
        new(Value, "A figure of the last run of a monitor; a p-value is the adjusted one."),
        new(Threshold, "The limit of the figure."),
        new(Crossed, "1 where the figure is worse than its limit."),
        new(LeftOut, "Figures that are too many to be told."),
        new(LastWindow, "The end of the last window that a monitor looked at."),
        new(Alerts, "Alerts that are not resolved, by rule, severity and status: pending, firing."),
        new(Incidents, "Incidents that are not resolved, by severity and status."),
        new(BrokenRules, "Alert rules that could not be looked at."),
        new(Decisions, "Decisions of retraining policies."),
        new(Challengers, "Challengers of retraining policies with a rollout, by where they stand."),
    ];

    public async Task<IReadOnlyList<GaugeReading>> ReadAsync(CancellationToken ct) =>
        [.. await FiguresAsync(ct), .. await WindowsAsync(ct), .. await AlertsAsync(ct), .. await RetrainingAsync(ct)];

    private async Task<IEnumerable<GaugeReading>> FiguresAsync(CancellationToken ct)
    {
        const string LastFigures =
            """
            from monitors o
            join monitor_runs r on r.id = (
                select l.id from monitor_runs l where l.workspace = o.workspace and l.monitor = o.name order by l.window_to desc, l.id desc limit 1)
            join monitor_metrics m on m.run_id = r.id
            where m.verdict <> 'not enough data'
            """;
        var figures = await database.QueryAsync<Row>(
            $"""
             select o.workspace, o.name as monitor, m.signal, m.feature, m.metric, m.segment, coalesce(m.adjusted, m.value) as value, m.threshold, m.crossed
             {LastFigures}
             order by m.crossed desc, o.workspace, o.name, m.position limit {MostFigures}
             """,
            null,
            ct);
        var all = figures.Count < MostFigures ? figures.Count : await database.FindAsync<long>($"select count(*) {LastFigures}", null, ct);
        return figures.SelectMany(Readings).Append(GaugeReading.Of(LeftOut, all - figures.Count));
    }

    private static IEnumerable<GaugeReading> Readings(Row row)
    {
        (string, string?)[] labels =
            [("workspace", row.Workspace), ("monitor", row.Monitor), ("signal", row.Signal), ("feature", row.Feature), ("metric", row.Metric), ("segment", row.Segment)];
        if (row.Value is { } value)
            yield return GaugeReading.Of(Value, value, labels);
        if (row.Threshold is not { } threshold)
            yield break;
        yield return GaugeReading.Of(Threshold, threshold, labels);
        yield return GaugeReading.Of(Crossed, row.Crossed ? 1 : 0, labels);
    }

    private async Task<IEnumerable<GaugeReading>> WindowsAsync(CancellationToken ct)
    {
        var ends = await database.QueryAsync<(string Workspace, string Monitor, long End)>(
            """
            select o.workspace, o.name, max(r.window_to) from monitors o join monitor_runs r on r.workspace = o.workspace and r.monitor = o.name
            group by o.workspace, o.name order by o.workspace, o.name
            """,
            null,
            ct);
        return ends.Select(row => GaugeReading.Of(LastWindow, row.End / 1000.0, ("workspace", row.Workspace), ("monitor", row.Monitor)));
    }

    private async Task<IEnumerable<GaugeReading>> AlertsAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var alerts = await connection.QueryAsync<(string Workspace, string Rule, string Severity, string Status, long Count)>(
            """
            select workspace, rule, severity, status, count(*) from alerts where status <> 'resolved'
            group by workspace, rule, severity, status order by workspace, rule, severity, status
            """,
            null,
            ct);
        var incidents = await connection.QueryAsync<(string Workspace, string Severity, string Status, long Count)>(
            """
            select workspace, severity, status, count(*) from incidents where status <> 'resolved'
            group by workspace, severity, status order by workspace, severity, status
            """,
            null,
            ct);
        var broken = await connection.QueryAsync<(string Workspace, long Count)>(
            "select workspace, count(*) from alert_rules where error is not null group by workspace order by workspace", null, ct);
        return alerts.Select(row => GaugeReading.Of(
                Alerts, row.Count, ("workspace", row.Workspace), ("rule", row.Rule), ("severity", row.Severity), ("status", row.Status)))
            .Concat(incidents.Select(row => GaugeReading.Of(
                Incidents, row.Count, ("workspace", row.Workspace), ("severity", row.Severity), ("status", row.Status))))
            .Concat(broken.Select(row => GaugeReading.Of(BrokenRules, row.Count, ("workspace", row.Workspace))));
    }

    private async Task<IEnumerable<GaugeReading>> RetrainingAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var decisions = await connection.QueryAsync<(string Workspace, string Policy, bool Retrain, long Count)>(
            "select workspace, policy, retrain, count(*) from retraining_decisions group by workspace, policy, retrain order by workspace, policy, retrain", null, ct);
        var challengers = await connection.QueryAsync<(string Workspace, string Policy, string State, long Count)>(
            "select workspace, policy, state, count(*) from retraining_challenges group by workspace, policy, state order by workspace, policy, state", null, ct);
        return decisions.Select(row => GaugeReading.Of(
                Decisions, row.Count, ("workspace", row.Workspace), ("policy", row.Policy), ("retrain", row.Retrain ? "true" : "false")))
            .Concat(challengers.Select(row => GaugeReading.Of(
                Challengers, row.Count, ("workspace", row.Workspace), ("policy", row.Policy), ("state", row.State))));
    }

    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string Monitor { get; init; }

        public required string Signal { get; init; }

        public string? Feature { get; init; }

        public required string Metric { get; init; }

        public string? Segment { get; init; }

        public double? Value { get; init; }

        public double? Threshold { get; init; }

        public required bool Crossed { get; init; }
    }
}
