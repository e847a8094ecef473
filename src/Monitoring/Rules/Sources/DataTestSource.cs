using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>What tests of a data asset found, of all its expectations together or of each.</summary>
internal sealed class DataTestSource(IDataTestHistory tests) : IAlertSource
{
    private const int MostTests = 5000;

    // By all suites: the newest of each is among these, unless one suite runs that much more often.
    private const int MostRecent = 100;

    public string Name => "data_test";

    public Task CheckAsync(Caller caller, WatchedValue value, CancellationToken ct)
    {
        AssetName.Parse(value.DataTest!);
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<Figure>> LatestAsync(Caller caller, WatchedValue value, DateTimeOffset now, CancellationToken ct)
    {
        var found = await tests.ListAsync(
            caller, AssetName.Parse(value.DataTest!), value.Suite, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, value.Suite is null ? MostRecent : 1, ct);
        return [.. found.DistinctBy(test => test.Report.Suite).SelectMany(test => FiguresOf(test, value))];
    }

    public async Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, TimeSpan every, CancellationToken ct)
    {
        var found = await tests.ListAsync(caller, AssetName.Parse(value.DataTest!), value.Suite, window.From, window.To, MostTests, ct);
        var last = new Dictionary<string, IReadOnlyList<Figure>>(StringComparer.Ordinal);
        var moments = new List<Moment>();
        foreach (var test in found.Reverse())
        {
            last[test.Report.Suite] = [.. FiguresOf(test, value)];
            moments.Add(new Moment(test.At, [.. last.Values.SelectMany(figures => figures)]));
        }

        return moments;
    }

    private static IEnumerable<Figure> FiguresOf(PastDataTest test, WatchedValue value)
    {
        var report = test.Report;
        if (WholeOf(report, value.Metric) is { } whole)
            return [FigureOf(test, value, null, whole)];
        return report.Expectations.Where(found => value.Expectation is null || found.Name == value.Expectation).Select(found => FigureOf(test, value, found.Name, value.Metric switch
        {
            "failed_rows" => found.Failed,
            "failed_share" => found.Share,
            _ => found.Value,
        }));
    }

    private static double? WholeOf(DataTestReport report, string metric) => metric switch
    {
        "passed" => report.Passed ? 1 : 0,
        "failed" => report.Expectations.Count(found => !found.Passed),
        "rows" => report.Rows,
        "quarantined" => report.Quarantined,
        _ => null,
    };

    private static Figure FigureOf(PastDataTest test, WatchedValue value, string? expectation, double? worth)
    {
        var dimensions = new Dictionary<string, string>();
        var labels = new Dictionary<string, string> { ["data"] = test.Asset };
        (value.Suite is null ? dimensions : labels)["suite"] = test.Report.Suite;
        if (expectation is not null)
            (value.Expectation is null ? dimensions : labels)["expectation"] = expectation;
        return new Figure
        {
            Dimensions = dimensions,
            Labels = labels,
            Value = worth is { } number && double.IsFinite(number) ? number : null,
            From = test.At,
            To = test.At,
            Evidence = test.Version.Length == 0 ? $"data:{test.Asset}" : $"data:{test.Asset}@{test.Version}",
            Origin = $"test {test.Id} of data:{test.Asset}{(test.Version.Length == 0 ? " (a version that was refused)" : $"@{test.Version}")} by suite {test.Report.Suite}",
        };
    }
}
