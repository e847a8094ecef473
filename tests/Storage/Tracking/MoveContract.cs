using System.Data;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Api;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Moves;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Traces;
using Xunit;

namespace Slipway.Storage.Tracking;

public abstract class MoveContract(DatabaseProvider provider) : TrackingContract(provider)
{
    private static readonly Dictionary<string, string> s_none = [];

    [Fact]
    public async Task A_run_moves_with_its_metrics_data_sets_logged_models_and_traces()
    {
        var (moved, stays) = (await GivenAsync("from"), await GivenAsync("from"));
        await GivenRunAsync("to");
        await GivenTraceAsync("tr-made", moved, []);
        await GivenTraceAsync("tr-linked", null, [moved]);
        await GivenTraceAsync("tr-shared", null, [moved, stays]);

        var answer = await MoveAsync("to", moved);
        var again = await MoveAsync("to", moved);

        Assert.Equal([moved], answer.Moved);
        Assert.Empty(again.Moved);
        var (from, to) = (await ExperimentAsync("from"), await ExperimentAsync("to"));
        Assert.Equal($"{to}", (await Tracking.FindRunAsync(Ann, moved, Ct))!.ExperimentId);
        Assert.Equal([moved], await FoundAsync("to"));
        Assert.Equal([stays], await FoundAsync("from"));
        Assert.Equal(["tr-linked", "tr-made"], await Database.QueryAsync<string>(
            "select id from traces where experiment_id = @To order by id", new { To = to }, Ct));
        Assert.Equal(1, await Database.FindAsync<long>("select count(*) from logged_models where experiment_id = @To", new { To = to }, Ct));
        foreach (var experiment in new[] { from, to })
        {
            var summary = Assert.Single(await Part<InputStore>().SummariesAsync(WorkspaceName.Default, [experiment], Ct));
            Assert.Equal(("train", "training"), (summary.Name, summary.Context));
        }
    }

    [Fact]
    public async Task What_is_logged_after_a_move_is_found_in_the_new_experiment()
    {
        var run = await GivenAsync("from");
        await GivenRunAsync("to");
        await MoveAsync("to", run);

        await Tracking.LogAsync(Ann, run, [new MetricPoint("later", 9, 1, Time.GetUtcNow())], s_none, s_none, Ct);

        Assert.Equal([run], await FoundAsync("to", "metrics.later > 8"));
    }

    [Fact]
    public async Task Batches_that_come_while_a_run_moves_leave_its_metrics_in_one_experiment()
    {
        var run = await GivenAsync("from");
        await GivenRunAsync("to");
        var batches = Enumerable.Range(0, 40).Select(i => Tracking.LogAsync(
            Ann, run, [new MetricPoint($"m{i}", i, i, Time.GetUtcNow())], s_none, s_none, Ct)).ToList();

        await MoveAsync("to", run);
        await MoveAsync("from", run);
        await MoveAsync("to", run);
        await Task.WhenAll(batches);

        var to = await ExperimentAsync("to");
        Assert.Equal([to], await Database.QueryAsync<long>("select distinct experiment_id from latest_metrics", null, Ct));
        Assert.Equal(41, await Database.FindAsync<long>("select count(*) from latest_metrics", null, Ct));
    }

    [Fact]
    public async Task Children_come_along_when_they_are_asked_for()
    {
        var parent = await GivenRunAsync("from");
        var child = await ChildAsync(parent);
        var grandchild = await ChildAsync(child);
        await GivenRunAsync("to");

        var alone = await MoveAsync("to", parent);
        var all = await Part<MoveRuns>().RunAsync(Ann, new([parent], "to", Children: true), Ct);

        Assert.Equal([parent], alone.Moved);
        Assert.Equal(new[] { child, grandchild }.Order(StringComparer.Ordinal), all.Moved);
    }

    [Fact]
    public async Task One_run_that_cannot_move_keeps_all_where_they_are()
    {
        var (run, deleted) = (await GivenAsync("from"), await GivenAsync("from"));
        await GivenRunAsync("to");
        await Part<RunStore>().MarkAsync(Ann, deleted, deleted: true, Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => MoveAsync("to", run, deleted));
        var absent = await Assert.ThrowsAsync<SlipwayException>(() => MoveAsync("to", run, "none"));
        await Part<ExperimentStore>().MarkAsync(Ann, await ExperimentAsync("to"), deleted: true, Ct);
        var closed = await Assert.ThrowsAsync<SlipwayException>(() => MoveAsync("to", run));

        Assert.Equal(
            (ErrorCode.InvalidParameter, ErrorCode.NotFound, ErrorCode.Conflict), (refusal.Code, absent.Code, closed.Code));
        Assert.Equal($"{await ExperimentAsync("from")}", (await Tracking.FindRunAsync(Ann, run, Ct))!.ExperimentId);
    }

    [Fact]
    public async Task A_folder_of_experiments_is_listed_and_renamed_at_once()
    {
        foreach (var name in new[] { "a/x", "a/y/z", "ab", "b/x" })
            await GivenRunAsync(name);

        var top = await Part<ListExperiments>().RunAsync(Ann, ExperimentFolder.Parse("/"), Ct);
        var inner = await Part<ListExperiments>().RunAsync(Ann, ExperimentFolder.Parse("a"), Ct);
        var taken = await Assert.ThrowsAsync<SlipwayException>(() => Part<MoveFolder>().RunAsync(Ann, new("a", "b"), Ct));
        var moved = await Part<MoveFolder>().RunAsync(Ann, new("a", "archive/a"), Ct);
        var absent = await Assert.ThrowsAsync<SlipwayException>(() => Part<MoveFolder>().RunAsync(Ann, new("a", "c"), Ct));

        Assert.Equal("Default,ab; a 2, b 1", Shown(top));
        Assert.Equal("a/x; a/y 1", Shown(inner));
        Assert.Equal((ErrorCode.AlreadyExists, ErrorCode.NotFound), (taken.Code, absent.Code));
        Assert.Equal(["archive/a/x", "archive/a/y/z"], moved.Experiments.Select(item => item.Name));
        Assert.Equal(["Default", "ab", "archive/a/x", "archive/a/y/z", "b/x"], Names(await Part<ListExperiments>().RunAsync(Ann, null, Ct)));
    }

    private static string[] Names(ListExperiments.Response listed) => [.. listed.Experiments.Select(item => item.Name).Order(StringComparer.Ordinal)];

    private static string Shown(ListExperiments.Response listed) =>
        $"{string.Join(',', Names(listed))}; {string.Join(", ", listed.Folders.Select(folder => $"{folder.Name} {folder.Experiments}"))}";

    private Task<MoveRuns.Response> MoveAsync(string experiment, params string[] runs) =>
        Part<MoveRuns>().RunAsync(Ann, new(runs, experiment), Ct);

    private async Task<long> ExperimentAsync(string name) =>
        (await Part<ExperimentStore>().FindByNameAsync(WorkspaceName.Default, name, Ct))!.Id;

    private async Task<IReadOnlyList<string>> FoundAsync(string experiment, string filter = "metrics.auc > 0.5") =>
        [.. (await Part<ListRuns>().RunAsync(Ann, new(experiment, filter, ["metrics.auc desc"], "active", 10, null), Ct)).Runs.Select(run => run.Id)];

    private async Task<string> ChildAsync(string parent) =>
        (await Tracking.StartRunAsync(Ann, new NewRun { Experiment = "from", ParentRunId = parent }, Ct)).Id;

    /// <summary>A run with a metric, a data set and a logged model.</summary>
    private async Task<string> GivenAsync(string experiment)
    {
        var run = await GivenRunAsync(experiment);
        await Tracking.LogAsync(Ann, run, [new MetricPoint("auc", 0.7, 1, Time.GetUtcNow())], s_none, s_none, Ct);
        var dataset = new Dataset { Name = "train", Digest = "abc", SourceType = "local", Source = "{}" };
        await Part<InputStore>().AddInputsAsync(
            WorkspaceName.Default, run, [new DatasetInput(dataset, [new KeyValue("mlflow.data.context", "training")])], [], Ct);
        await Part<LoggedModelStore>().AddAsync(
            WorkspaceName.Default,
            new LoggedModelRow
            {
                Id = "m-" + run.Replace("-", "", StringComparison.Ordinal),
                ExperimentId = await ExperimentAsync(experiment),
                Name = "net",
                ArtifactUri = "mlflow-artifacts:/x",
                Status = 2,
                SourceRunId = run,
                CreatedAt = 1,
                UpdatedAt = 1,
                Deleted = false,
            },
            [],
            [],
            Ct);
        return run;
    }

    private async Task GivenTraceAsync(string id, string? madeBy, string[] linked)
    {
        var experiment = await ExperimentAsync("from");
        await Database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var row = new TraceRow { No = 0, Id = id, ExperimentId = experiment, State = "OK", RequestedAt = 1, Finalized = true };
            await TraceStore.PutAsync(
                tx, WorkspaceName.Default, row, [], madeBy is null ? [] : [new KeyValue("mlflow.sourceRun", madeBy)], token);
            foreach (var run in linked)
            {
                await tx.ExecuteAsync(
                    "insert into trace_runs (workspace, trace_id, run_id) values ('default', @Id, @Run)", new { Id = id, Run = run }, token);
            }
        }, Ct);
    }
}

public sealed class MoveOnSqlite() : MoveContract(DatabaseProvider.Sqlite);

public sealed class MoveOnPostgres() : MoveContract(DatabaseProvider.Postgres);
