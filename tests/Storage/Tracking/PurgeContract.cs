using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Evaluation;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Purge;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Traces;
using Xunit;

namespace Slipway.Storage.Tracking;

public abstract class PurgeContract(DatabaseProvider provider) : TrackingContract(provider)
{
    private static readonly string[] s_tables = ["runs", "metrics", "latest_metrics", "params"];

    [Fact]
    public async Task A_purge_frees_the_rows_of_runs_that_were_deleted_long_ago_and_of_no_others()
    {
        var (living, old, young) = (await GivenAsync("living"), await GivenAsync("old"), await GivenAsync("young"));
        await DeleteAsync(old);
        Time.Advance(TimeSpan.FromDays(31));
        await DeleteAsync(young);
        var before = await CountAsync();

        var rehearsal = await Part<PurgeRuns>().RunAsync(Ann, new(30, DryRun: true), Ct);
        var untouched = await CountAsync();
        var purged = await Part<PurgeRuns>().RunAsync(Ann, new(30), Ct);
        var again = await Part<PurgeRuns>().RunAsync(Ann, new(30), Ct);

        Assert.Equal(before, untouched);
        Assert.Equal(rehearsal.Rows, purged.Rows);
        Assert.Equal((1L, 0L), (purged.Runs, again.Runs));
        Assert.Equal(before.Select(count => count / 3 * 2), await CountAsync());
        Assert.NotNull(await Tracking.FindRunAsync(Ann, living, Ct));
        Assert.NotNull(await Tracking.FindRunAsync(Ann, young, Ct));
        Assert.Null(await Tracking.FindRunAsync(Ann, old, Ct));
    }

    [Fact]
    public async Task The_traces_that_only_purged_runs_have_go_with_them()
    {
        var (living, old) = (await GivenAsync("living"), await GivenAsync("old"));
        await GivenTraceAsync("tr-made", madeBy: old, []);
        await GivenTraceAsync("tr-linked", madeBy: null, [old]);
        await GivenTraceAsync("tr-shared", madeBy: null, [old, living]);
        await GivenTraceAsync("tr-others", madeBy: living, []);
        await GivenTraceAsync("tr-text", madeBy: old + new string('x', 5000), []);
        await DeleteAsync(old);

        await Part<PurgeRuns>().RunAsync(Ann, new(0), Ct);

        Assert.Equal(
            ["tr-others", "tr-shared", "tr-text"],
            (await Database.QueryAsync<string>("select id from traces", null, Ct)).Order(StringComparer.Ordinal));
        Assert.Equal([living], await Database.QueryAsync<string>("select run_id from trace_runs", null, Ct));
        Assert.Equal(2, await Database.FindAsync<long>("select count(*) from trace_metadata", null, Ct));
    }

    [Fact]
    public async Task A_purged_experiment_frees_its_name_and_everything_below_it()
    {
        await GivenAsync("one");
        var experiment = (await Part<ExperimentStore>().FindByNameAsync(WorkspaceName.Default, "flights", Ct))!;
        await Part<ScorerStore>().AddAsync(WorkspaceName.Default, experiment.Id, "judge", "{}", Ct);
        await Part<ExperimentStore>().MarkAsync(Ann, experiment.Id, deleted: true, Ct);

        var early = await Part<PurgeExperiments>().RunAsync(Ann, new(30), Ct);
        Time.Advance(TimeSpan.FromDays(31));
        var rehearsal = await Part<PurgeExperiments>().RunAsync(Ann, new(30, DryRun: true), Ct);
        var purged = await Part<PurgeExperiments>().RunAsync(Ann, new(30), Ct);

        Assert.Equal((0L, 1L, 1L), (early.Experiments, purged.Experiments, purged.Runs));
        Assert.Equal(rehearsal.Rows, purged.Rows);
        Assert.All(await CountAsync(), count => Assert.Equal(0, count));
        await GivenRunAsync();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100_000)]
    public async Task Days_out_of_range_are_refused(int days)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Part<PurgeRuns>().RunAsync(Ann, new(days), Ct));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }

    private async Task<string> GivenAsync(string name)
    {
        var run = await GivenRunAsync(name: name);
        await Tracking.LogAsync(
            Ann,
            run,
            [new MetricPoint("loss", 2, 1, Time.GetUtcNow()), new MetricPoint("loss", 1, 2, Time.GetUtcNow())],
            new Dictionary<string, string> { ["lr"] = "0.1" },
            new Dictionary<string, string> { ["team"] = name },
            Ct);
        return run;
    }

    private async Task GivenTraceAsync(string id, string? madeBy, string[] linked)
    {
        var experiment = (await Part<ExperimentStore>().FindByNameAsync(WorkspaceName.Default, "flights", Ct))!;
        var row = new TraceRow { No = 0, Id = id, ExperimentId = experiment.Id, State = "OK", RequestedAt = 1, Finalized = true };
        KeyValue[] metadata = madeBy is null ? [] : [new("mlflow.sourceRun", madeBy)];
        await Database.WriteAsync(async (tx, token) =>
        {
            await TraceStore.PutAsync(tx, WorkspaceName.Default, row, [], metadata, token);
            foreach (var run in linked)
            {
                await tx.ExecuteAsync(
                    "insert into trace_runs (workspace, trace_id, run_id) values ('default', @Id, @Run)", new { Id = id, Run = run }, token);
            }
        }, Ct);
    }

    private Task DeleteAsync(string run) => Part<RunStore>().MarkAsync(Ann, run, deleted: true, Ct);

    private async Task<long[]> CountAsync()
    {
        var counts = new List<long>();
        foreach (var table in s_tables)
            counts.Add(await Database.FindAsync<long>($"select count(*) from {table}", null, Ct));
        return [.. counts];
    }
}

public sealed class PurgeOnSqlite() : PurgeContract(DatabaseProvider.Sqlite);

public sealed class PurgeOnPostgres() : PurgeContract(DatabaseProvider.Postgres);
