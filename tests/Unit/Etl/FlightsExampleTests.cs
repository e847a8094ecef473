using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Shared;
using Slipway.Tracking.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class FlightsExampleTests : IAsyncLifetime
{
    private readonly EtlHost _host = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Folder => Repository.Path("examples/flights");

    private static string Flights => Repository.Path("native/node_modules/vega-datasets/data/flights-3m.parquet");

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    [Fact]
    public async Task Two_weeks_are_landed_tested_and_made_into_features()
    {
        await RunWeekAsync(0);
        var second = await RunWeekAsync(1);

        var features = await VersionAsync("flights-features");
        var raw = await VersionAsync("flights-raw");
        var test = await _host.Get<ITracking>().FindRunAsync(Caller.System, second.Steps.Single(step => step.Name == "test").RunId, Ct);
        Assert.Equal(("2", "2", "processed"), (features.Version, raw.Version, features.Zone));
        Assert.Equal(features.Node, second.Steps.Single(step => step.Name == "publish").Outputs["data"].Node);
        Assert.Equal(raw.Rows - await QuarantinedAsync(), features.Rows);
        Assert.True(test!.Metrics["quarantined"] > 0);
        var row = (await _host.RowsAsync(
            features.Tree,
            "select count(distinct flight_id) = count(*), min(week), max(week), avg(late) between 0.1 and 0.3, count(late_rate) > 0.95 * count(*) from $table"))[0];
        Assert.Equal([true, 0, 1, true, true], row);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<Job> RunWeekAsync(int week)
    {
        var files = new Dictionary<string, Digest>();
        foreach (var name in new[] { "tests.yml", "features.sql" })
        {
            var blob = await _host.Get<ContentStore>().PutFileAsync(Path.Combine(Folder, name), Ct);
            files[name] = (await _host.Get<ContentStore>().PutTreeAsync([new TreeEntry(name, blob.Digest, blob.Size)], Ct)).Digest;
        }

        var job = await _host.Get<IJobs>().SubmitAsync(
            Caller.System,
            new NewJob
            {
                Yaml = await File.ReadAllTextAsync(Path.Combine(Folder, "week.yml"), Ct),
                Source = "week.yml",
                Files = files,
                Inputs = new Dictionary<string, string> { ["week"] = $"{week}", ["source"] = Flights },
            },
            Ct);
        var over = await _host.Get<IJobs>().WaitAsync(Caller.System, job.Name, Ct).WaitAsync(TimeSpan.FromSeconds(60), Ct);
        Assert.True(over.Status == JobStatus.Completed, string.Join('\n', over.Steps.Select(step => $"{step.Name}: {step.Status} {step.Message}")));
        return over;
    }

    private async Task<DataVersion> VersionAsync(string asset) =>
        (await _host.Get<IDataAssets>().FindAsync(Caller.System, AssetName.Parse(asset), null, Ct))!;

    private async Task<long> QuarantinedAsync() =>
        (await VersionAsync("flights-raw")).Rows!.Value - (await VersionAsync("flights-clean")).Rows!.Value;
}
