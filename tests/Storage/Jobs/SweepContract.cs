using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Operations;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

public abstract class SweepContract(DatabaseProvider provider) : JobContract(provider)
{
    private const string Grid = """{"a": {"type": "choice", "values": [1, 2, 2, 3]}, "b": {"type": "choice", "values": ["x", "y"]}}""";

    [Fact]
    public async Task A_grid_is_tried_once_and_the_best_trial_gives_the_sweep_its_outputs()
    {
        await using var host = await StartAsync(new HostSettings { Parallelism = 1 }, Tries((step, ct) => ScoreAsync(step, Value(step, "a"), ct)));

        var job = await host.RunAsync(Sweep(Grid, "grid"), Ct);

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        var sweep = Assert.Single(await host.Get<ListTrials>().RunAsync(Caller.System, job.Name, null, Ct));
        Assert.Equal(
            ["1 x 1", "1 y 1", "2 x 2", "2 y 2", "3 x 3", "3 y 3"],
            sweep.Trials.Select(trial => $"{trial.Parameters["a"]} {trial.Parameters["b"]} {trial.Value}"));
        Assert.Equal(($"{job.Name}_4", "score", "maximize"), (sweep.Best, sweep.Metric, sweep.Goal));
        Assert.Equal("3", await TextAsync(job.Steps[0].Outputs["out"].Tree!.Value));
        Assert.Equal(("x", RunStatus.Finished), (Neighbours.Runs[sweep.Trials[0].RunId].Run.Params["b"], Neighbours.Runs[sweep.Trials[0].RunId].Run.Status));
        Assert.All(sweep.Trials, trial => Assert.Equal(job.RunId, Neighbours.Runs[trial.RunId].Parent));
        Assert.Equal((sweep.Best, "3"), (Neighbours.Runs[job.RunId].Run.Tags["best_child_run_id"], Neighbours.Runs[job.RunId].Run.Tags["score"]));

        var listed = await host.Get<ListJobs>().RunAsync(Caller.System, null, null, false, 50, null, Ct);
        var children = await host.Get<ListJobs>().RunAsync(Caller.System, null, job.Name, false, 50, null, Ct);
        Assert.Equal(job.Name, Assert.Single(listed.Items).Name);
        Assert.Equal(6, children.Items.Count);
    }

    [Fact]
    public async Task The_same_sweep_again_takes_its_trials_from_the_cache()
    {
        var tries = Tries((step, ct) => ScoreAsync(step, Value(step, "a"), ct), deterministic: true);
        await using var host = await StartAsync(tries);
        await host.RunAsync(Sweep(Grid, "grid"), Ct);

        var again = await host.RunAsync(Sweep(Grid, "grid"), Ct);

        Assert.Equal((JobStatus.Completed, 6), (again.Status, tries.Runs));
        var trials = (await host.Get<ListTrials>().RunAsync(Caller.System, again.Name, null, Ct))[0].Trials;
        Assert.All(trials, trial => Assert.True(trial is { Reused: true, Value: not null }));
        Assert.Equal("3", await TextAsync(again.Steps[0].Outputs["out"].Tree!.Value));
    }

    [Fact]
    public async Task A_sweep_is_a_step_whose_model_others_read_and_no_more_trials_run_at_once_than_it_says()
    {
        var (now, most) = (0, 0);
        var tries = Tries(async (step, ct) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Delay(20, ct);
            Interlocked.Decrement(ref now);
            await ScoreAsync(step, Value(step, "rate"), ct);
        });
        var read = new TestKind("read", async (step, ct) =>
            await File.WriteAllTextAsync(Path.Combine(step.OutputFolders["out"], "got"), await File.ReadAllTextAsync(Path.Combine(step.Inputs["from_s"].Path!, "score"), ct), ct));
        await using var host = await StartAsync(new HostSettings { Parallelism = 4 }, tries, read);
        var sweep = SweepStep(
            """{"rate": {"type": "loguniform", "min_value": -6, "max_value": 0}}""", """{"type": "random", "seed": 3}""",
            """{"max_total_trials": 7, "max_concurrent_trials": 2}""", goal: "minimize");

        var job = await host.RunAsync(Pipeline(sweep, Step("after", "read", "s")), Ct);

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        Assert.Equal((7, 2), (tries.Runs, most));
        var trials = (await host.Get<ListTrials>().RunAsync(Caller.System, job.Name, "s", Ct))[0];
        Assert.Equal($"{job.Name}_s_6", trials.Trials[6].Name);
        Assert.Equal(
            trials.Trials.Min(trial => trial.Value)!.Value.ToString("R", CultureInfo.InvariantCulture),
            await TextAsync(job.Steps[1].Outputs["out"].Tree!.Value));
    }

    [Fact]
    public async Task A_trial_that_is_too_far_behind_is_ended_early()
    {
        var leader = new TaskCompletionSource();
        var tries = Tries(async (step, ct) =>
        {
            var rate = Value(step, "a");
            if (rate == 1)
            {
                await leader.Task.WaitAsync(ct);
                await LogAsync(step, 0.1, ct);
                await Task.Delay(Timeout.Infinite, ct);
            }

            await LogAsync(step, 0.9, ct);
            leader.TrySetResult();
            await ScoreAsync(step, 0.9, ct);
        });
        await using var host = await StartAsync(tries);
        var sweep = Sweep("""{"a": {"type": "choice", "values": [1, 2]}}""", "grid");
        sweep.Pipeline.Steps[0].Settings["early_termination"] = JsonNode.Parse("""{"type": "bandit", "slack_amount": 0.2}""");

        var job = await host.RunAsync(sweep, Ct);

        Assert.Equal(JobStatus.Completed, job.Status);
        var trials = (await host.Get<ListTrials>().RunAsync(Caller.System, job.Name, null, Ct))[0].Trials;
        Assert.Equal(("Canceled", 0.1), (trials[0].Status, trials[0].Value));
        Assert.Equal("Ended early: after 1 values its best is 0.1, and the best trial's 0.9; the bandit policy allows 0.7.", trials[0].Message);
        Assert.Equal(RunStatus.Killed, Neighbours.Runs[trials[0].RunId].Run.Status);
    }

    [Fact]
    public async Task Another_worker_goes_on_with_a_sweep_whose_worker_died_and_tries_nothing_twice()
    {
        var hangs = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        var tried = new ConcurrentQueue<double>();
        async Task TryAsync(StepContext step, CancellationToken ct)
        {
            await ScoreAsync(step, Value(step, "a"), ct);
            tried.Enqueue(Value(step, "a"));
        }

        var dead = await StartAsync(new HostSettings { Parallelism = 1 }, Tries(async (step, ct) =>
        {
            if (Value(step, "a") == 3)
            {
                hangs.TrySetResult();
                await never.Task;
            }

            await TryAsync(step, ct);
        }));
        var name = await dead.SubmitAsync(Sweep("""{"a": {"type": "choice", "values": [1, 2, 3, 4, 5]}}""", "grid", """{"max_concurrent_trials": 1}"""), Ct);
        await hangs.Task.WaitAsync(Ct);
        await dead.AbandonAsync();
        await using var host = await StartAsync(Tries(TryAsync));

        var job = await host.WaitAsync(name, Ct);
        never.SetResult();
        await dead.DisposeAsync();

        Assert.Equal((JobStatus.Completed, "5"), (job.Status, Neighbours.Runs[job.RunId].Run.Tags["score"]));
        var trials = (await host.Get<ListTrials>().RunAsync(Caller.System, name, null, Ct))[0].Trials;
        Assert.Equal(["1", "2", "3", "4", "5"], trials.Select(trial => trial.Parameters["a"]));
        Assert.Equal([1, 2, 3, 4, 5], tried.Distinct().Order());
    }

    [Fact]
    public async Task A_canceled_sweep_takes_its_trials_along()
    {
        var begun = new SemaphoreSlim(0);
        var tries = Tries(async (_, ct) =>
        {
            begun.Release();
            await Task.Delay(Timeout.Infinite, ct);
        });
        await using var host = await StartAsync(tries);
        var name = await host.SubmitAsync(Sweep(Grid, "grid"), Ct);
        await begun.WaitAsync(Ct);
        await begun.WaitAsync(Ct);

        await host.Jobs.CancelAsync(Caller.System, name, Ct);
        var job = await host.WaitAsync(name, Ct);

        Assert.Equal(JobStatus.Canceled, job.Status);
        foreach (var trial in (await host.Get<ListTrials>().RunAsync(Caller.System, name, null, Ct))[0].Trials)
            Assert.Equal(JobStatus.Canceled, (await host.WaitAsync(trial.Name, Ct)).Status);
        Assert.Equal(2, tries.Runs);
    }

    [Fact]
    public async Task When_the_time_is_up_the_best_so_far_is_the_result()
    {
        await using var host = await StartAsync(Tries(async (step, ct) =>
        {
            await ScoreAsync(step, Value(step, "a"), ct);
            if (Value(step, "a") > 1)
                await Task.Delay(Timeout.Infinite, ct);
        }));

        var job = await host.RunAsync(Sweep("""{"a": {"type": "choice", "values": [1, 2, 3]}}""", "grid", """{"timeout": 1}"""), Ct);

        Assert.Equal((JobStatus.Completed, "1"), (job.Status, Neighbours.Runs[job.RunId].Run.Tags["score"]));
    }

    [Fact]
    public async Task A_sweep_without_a_best_trial_fails_and_says_why()
    {
        await using var host = await StartAsync(Tries((step, ct) =>
            Value(step, "a") == 1 ? throw SlipwayException.Invalid("The water is out.") : LogAsync(step, 1, ct, "scores")));

        var failed = await host.RunAsync(Sweep("""{"a": {"type": "choice", "values": [1]}}""", "grid"), Ct);
        var silent = await host.RunAsync(Sweep("""{"a": {"type": "choice", "values": [1, 2]}}""", "grid"), Ct);

        Assert.Equal((JobStatus.Failed, $"No trial of 1 ended well. {failed.Name}_0: The water is out."), (failed.Status, failed.Message));
        Assert.Equal(
            $"No trial logged the metric 'score', so none is the best. Did you mean 'scores'? {silent.Name}_1 logged: scores.", silent.Message);
    }

    private static TestKind Tries(Func<StepContext, CancellationToken, Task> run, bool deterministic = false) => new("try", run, deterministic);

    private static double Value(StepContext step, string name) => double.Parse(step.Inputs[name].Literal!, CultureInfo.InvariantCulture);

    private static JobDefinition Sweep(string space, string algorithm, string limits = "{}") => Pipeline(SweepStep(space, $"\"{algorithm}\"", limits)) is var job
        ? job with { Type = "sweep" }
        : throw new InvalidOperationException();

    private static StepDefinition SweepStep(string space, string algorithm, string limits, string goal = "maximize") => Step("s", "sweep") with
    {
        Trial = Step("trial", "try"),
        Limits = JsonNode.Parse(limits)!.AsObject(),
        Settings = JsonNode.Parse(
            $$$"""{"search_space": {{{space}}}, "sampling_algorithm": {{{algorithm}}}, "objective": {"primary_metric": "score", "goal": "{{{goal}}}" }}""")!.AsObject(),
    };

    private Task LogAsync(StepContext step, double value, CancellationToken ct, string key = "score") => Neighbours.LogAsync(
        step.Caller, step.RunId, [new MetricPoint(key, value, 0, DateTimeOffset.UnixEpoch)], new Dictionary<string, string>(), new Dictionary<string, string>(), ct);

    private async Task ScoreAsync(StepContext step, double value, CancellationToken ct)
    {
        await LogAsync(step, value, ct);
        await File.WriteAllTextAsync(Path.Combine(step.OutputFolders["out"], "score"), value.ToString("R", CultureInfo.InvariantCulture), ct);
    }

    private async Task<string> TextAsync(Digest tree) =>
        System.Text.Encoding.UTF8.GetString(await Content.ReadAllAsync((await Content.GetTreeAsync(tree, Ct)).Entries[0].Digest, Ct));
}

public sealed class SweepOnSqlite() : SweepContract(DatabaseProvider.Sqlite);

public sealed class SweepOnPostgres() : SweepContract(DatabaseProvider.Postgres);
