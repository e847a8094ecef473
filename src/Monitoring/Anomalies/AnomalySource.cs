using Slipway.Kernel;
using Slipway.Monitoring.Rules;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Anomalies;

/// <summary>What a detector said of its points, for alert rules that combine it with other values.</summary>
internal sealed class AnomalySource(DetectorStore detectors, FindingStore findings, IAccess access) : IAlertSource
{
    private const int MostPoints = 10_000;

    public string Name => "anomaly";

    public Task CheckAsync(Caller caller, WatchedValue value, CancellationToken ct) => detectors.GetAsync(caller.Workspace, value.Anomaly!, ct);

    public async Task<IReadOnlyList<Figure>> LatestAsync(Caller caller, WatchedValue value, DateTimeOffset now, CancellationToken ct)
    {
        await DemandAsync(caller, value, ct);
        return [.. (await findings.NewestAsync(caller.Workspace, value.Anomaly!, ct)).Select(row => FigureOf(row, value))];
    }

    public async Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, TimeSpan every, CancellationToken ct)
    {
        await DemandAsync(caller, value, ct);
        var rows = await findings.WithinAsync(caller.Workspace, value.Anomaly!, window.From, window.To, MostPoints, ct);
        var last = new Dictionary<string, Figure>(StringComparer.Ordinal);
        var moments = new List<Moment>();
        foreach (var same in rows.GroupBy(row => row.At))
        {
            foreach (var row in same)
                last[row.Subject] = FigureOf(row, value);
            moments.Add(new Moment(same.Key.ToTime(), [.. last.Values]));
        }

        return moments;
    }

    private async Task DemandAsync(Caller caller, WatchedValue value, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"anomaly:{value.Anomaly}", ct);
        await detectors.GetAsync(caller.Workspace, value.Anomaly!, ct);
    }

    private static Figure FigureOf(FindingRow row, WatchedValue value) => new()
    {
        Dimensions = row.ReadDimensions(),
        Labels = new Dictionary<string, string>(row.ReadLabels(), StringComparer.Ordinal) { ["anomaly"] = value.Anomaly! },
        Value = value.Metric switch
        {
            "anomalous" => row.Anomalous is { } anomalous ? (anomalous ? 1 : 0) : null,
            "violations" => row.Violations,
            "score" => row.Score,
            "expected" => row.Expected,
            _ => row.Value,
        },
        From = row.At.ToTime(),
        To = row.At.ToTime(),
        Evidence = row.Evidence,
        Origin = $"anomaly detector {value.Anomaly}",
    };
}
