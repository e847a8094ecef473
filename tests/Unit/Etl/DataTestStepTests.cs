using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Tracking.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class DataTestStepTests(EtlHost host) : IClassFixture<EtlHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clean_rows_quarantine_and_report_are_outputs_and_the_counts_are_metrics()
    {
        var data = new StepInput { Name = "data", Tree = await host.TreeAsync("d.parquet", "select i as x from range(10) t(i)") };

        var step = await RunAsync("expectations: [{expect: between, column: x, min: 3, on_fail: quarantine}]", data);

        Assert.Equal(7L, Count(step, "clean"));
        Assert.Equal(3L, Count(step, "quarantine"));
        var report = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(step.OutputFolders["report"], "report.json"), Ct))!;
        Assert.Equal((10, 3, true), ((int)report["rows"]!, (int)report["quarantined"]!, (bool)report["passed"]!));
        Assert.Equal("on_fail", report["expectations"]![0]!.AsObject().Select(field => field.Key).Single(key => key == "on_fail"));
        var run = await host.Get<ITracking>().FindRunAsync(Caller.System, step.RunId, Ct);
        Assert.Equal((10, 3, 3), (run!.Metrics["rows"], run.Metrics["quarantined"], run.Metrics["failed.between_x"]));
    }

    [Fact]
    public async Task A_blocking_failure_fails_the_step_in_one_sentence()
    {
        var data = new StepInput { Name = "data", Tree = await host.TreeAsync("d.parquet", "select i as x from range(10) t(i)") };

        var refusal = await Assert.ThrowsAsync<SlipwayException>(
            () => RunAsync("{name: numbers, expectations: [{expect: between, column: x, min: 3, mostly: 0.9}]}", data));

        Assert.Equal("The data does not pass numbers: between(x) fails on 3 of 10 rows (30 %); 10 % may.", refusal.Message);
    }

    [Fact]
    public async Task One_window_is_tested_and_its_end_is_the_time_for_freshness()
    {
        var file = host.Parquet("days.parquet", "select timestamp '2001-01-01' + interval (i) day as date from range(28) t(i)");
        foreach (var index in new[] { "0", "1" })
        {
            await host.RunAsync(
                "dataflow",
                $$"""
                {
                    "source": {"type": "parquet", "path": "{{file}}"}, "sink": {"asset": "days"},
                    "window": {"column": "date", "start": "2001-01-01", "every": "7d", "index": "{{index}}"}
                }
                """);
        }

        var version = await host.Get<IDataAssets>().FindAsync(Caller.System, AssetName.Parse("days"), null, Ct);
        var data = new StepInput { Name = "data", Tree = version!.Tree };
        const string Suite = "expectations: [{expect: row_count, max: 7}, {expect: freshness, column: date, max_age: 24h}]";

        await RunAsync(Suite, data, new StepInput { Name = "window", Literal = "0" });
        var whole = await Assert.ThrowsAsync<SlipwayException>(() => RunAsync(Suite, data));
        var absent = await Assert.ThrowsAsync<SlipwayException>(() => RunAsync(Suite, data, new StepInput { Name = "window", Literal = "7" }));

        Assert.Contains("there are 14 rows, more than 7; also freshness(date) fails: the newest row is ", whole.Message, StringComparison.Ordinal);
        Assert.Equal("Input 'data' has no window 7; land it first, by a dataflow.", absent.Message);
    }

    private async Task<TestStep> RunAsync(string suite, params StepInput[] inputs)
    {
        var file = host.File("tests.yml");
        await File.WriteAllTextAsync(file, suite, Ct);
        return await host.RunAsync("data_test", $$"""{"suite": "{{file}}"}""", inputs, ["clean", "quarantine", "report"]);
    }

    private long Count(TestStep step, string output) =>
        (long)host.Rows($"select count(*) from '{step.OutputFolders[output]}/part.parquet'")[0][0]!;
}
