using System.Data.Common;
using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Retraining;

namespace Slipway.Monitoring.Anomalies;

/// <summary>What detectors said of each point.</summary>
internal sealed class FindingStore(Database database, TimeProvider time)
{
    private const string Columns =
        "subject, at, value, expected, low, high, score, violates, violations, anomalous, dimensions, labels, evidence";

    public Task PutAsync(DbTransaction tx, WorkspaceName workspace, string detector, IReadOnlyList<Finding> findings, CancellationToken ct) => tx.ExecuteAsync(
        $"""
         insert into anomaly_points (workspace, detector, {Columns}, judged_at)
         values (@Workspace, @Detector, @Subject, @At, @Value, @Expected, @Low, @High, @Score, @Violates, @Violations, @Anomalous, @Dimensions, @Labels,
                 @Evidence, @Now)
         on conflict (workspace, detector, subject, at) do update
         set value = excluded.value, expected = excluded.expected, low = excluded.low, high = excluded.high, score = excluded.score,
             violates = excluded.violates, violations = excluded.violations, anomalous = excluded.anomalous, judged_at = excluded.judged_at
         """,
        findings.Select(finding => new
        {
            Workspace = workspace.Value,
            Detector = detector,
            finding.Subject,
            At = finding.Point.At.ToUnixTimeMilliseconds(),
            finding.Point.Value,
            finding.Point.Expected,
            finding.Point.Low,
            finding.Point.High,
            finding.Point.Score,
            finding.Point.Violates,
            finding.Violations,
            finding.Anomalous,
            Dimensions = JsonSerializer.Serialize(finding.Figure.Dimensions, MonitoringJson.Default.IReadOnlyDictionaryStringString),
            Labels = JsonSerializer.Serialize(finding.Figure.Labels, MonitoringJson.Default.IReadOnlyDictionaryStringString),
            finding.Figure.Evidence,
            Now = time.UtcNow(),
        }).ToList(),
        ct);

    /// <summary>The time of the newest point that was judged; null when none was.</summary>
    public async Task<DateTimeOffset?> LastAsync(WorkspaceName workspace, string detector, CancellationToken ct) => (await database.FindAsync<long?>(
        "select max(at) from anomaly_points where workspace = @Workspace and detector = @Detector",
        new { Workspace = workspace.Value, Detector = detector },
        ct))?.ToTime();

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<FindingRow>> ListAsync(
        WorkspaceName workspace, string detector, bool onlyAnomalous, int limit, CancellationToken ct) => database.QueryAsync<FindingRow>(
        $"""
         select {Columns} from anomaly_points
         where workspace = @Workspace and detector = @Detector and (@All or anomalous = @Yes) order by at desc, subject limit @Limit
         """,
        new { Workspace = workspace.Value, Detector = detector, All = !onlyAnomalous, Yes = true, Limit = limit },
        ct);

    /// <summary>The newest of each series.</summary>
    public Task<IReadOnlyList<FindingRow>> NewestAsync(WorkspaceName workspace, string detector, CancellationToken ct) => database.QueryAsync<FindingRow>(
        $"""
         select {Columns} from anomaly_points as points
         where workspace = @Workspace and detector = @Detector and at = (
             select max(at) from anomaly_points as later
             where later.workspace = points.workspace and later.detector = points.detector and later.subject = points.subject)
         order by subject
         """,
        new { Workspace = workspace.Value, Detector = detector },
        ct);

    /// <summary>In the order of time; the window's begin is outside and its end inside.</summary>
    public Task<IReadOnlyList<FindingRow>> WithinAsync(
        WorkspaceName workspace, string detector, DateTimeOffset from, DateTimeOffset to, int most, CancellationToken ct) => database.QueryAsync<FindingRow>(
        $"""
         select {Columns} from anomaly_points
         where workspace = @Workspace and detector = @Detector and at > @From and at <= @To order by at, subject limit @Most
         """,
        new { Workspace = workspace.Value, Detector = detector, From = from.ToUnixTimeMilliseconds(), To = to.ToUnixTimeMilliseconds(), Most = most },
        ct);

    public Task<int> DeleteAsync(long judgedBefore, CancellationToken ct) =>
        database.ExecuteAsync("delete from anomaly_points where judged_at < @Before", new { Before = judgedBefore }, ct);
}

internal sealed record FindingRow
{
    public required string Subject { get; init; }

    public required long At { get; init; }

    public required double Value { get; init; }

    public double? Expected { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    public double? Score { get; init; }

    public bool? Violates { get; init; }

    public required int Violations { get; init; }

    public bool? Anomalous { get; init; }

    public required string Dimensions { get; init; }

    public required string Labels { get; init; }

    public required string Evidence { get; init; }

    public IReadOnlyDictionary<string, string> ReadDimensions() => Read(Dimensions);

    public IReadOnlyDictionary<string, string> ReadLabels() => Read(Labels);

    private static IReadOnlyDictionary<string, string> Read(string json) =>
        JsonSerializer.Deserialize(json, MonitoringJson.Default.IReadOnlyDictionaryStringString)!;
}
