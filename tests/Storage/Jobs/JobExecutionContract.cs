using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

public abstract class JobExecutionContract(DatabaseProvider provider) : JobContract(provider)
{
    [Fact]
    public async Task Steps_run_after_those_whose_outputs_they_read()
    {
        var order = new ConcurrentQueue<string>();
        var write = new TestKind("write", async (step, ct) =>
        {
            var read = step.Inputs.Values.Select(input => File.ReadAllText(Path.Combine(input.Path!, "who")));
            var who = string.Join("+", read.Append(step.StepId.Split('/')[1]));
            order.Enqueue(who);
            await File.WriteAllTextAsync(Path.Combine(step.OutputFolders["out"], "who"), who, ct);
        });
        await using var host = await StartAsync(write);

        var job = await host.RunAsync(Pipeline(Step("a", "write"), Step("b", "write", "a"), Step("c", "write", "b")), Ct);

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal(["a", "a+b", "a+b+c"], order);
        Assert.All(job.Steps, step => Assert.Equal(JobStatus.Completed, step.Status));
    }

    [Fact]
    public async Task Independent_steps_run_at_once_up_to_the_limit()
    {
        var met = new SemaphoreSlim(0);
        var meet = new TestKind("meet", async (_, ct) =>
        {
            met.Release();
            while (met.CurrentCount < 2)
                await Task.Delay(5, ct);
        });
        await using var host = await StartAsync(meet);

        var job = await host.RunAsync(Pipeline(Step("a", "meet"), Step("b", "meet")), Ct);

        Assert.Equal(JobStatus.Completed, job.Status);
    }

    [Fact]
    public async Task A_failed_step_fails_the_job_and_skips_only_what_needs_it()
    {
        await using var host = await StartAsync(Good, Bad);

        var job = await host.RunAsync(Pipeline(Step("a", "bad"), Step("b", "good", "a"), Step("c", "good", "b"), Step("d", "good")), Ct);

        Assert.Equal((JobStatus.Failed, "Step 'a' failed: The water is out."), (job.Status, job.Message));
        Assert.Equal(
            [JobStatus.Failed, JobStatus.Canceled, JobStatus.Canceled, JobStatus.Completed], job.Steps.Select(step => step.Status));
        Assert.Equal("Skipped: step 'a' failed.", job.Steps[2].Message);
        Assert.Equal(RunStatus.Failed, Neighbours.Runs[job.RunId].Run.Status);
        Assert.Equal(job.RunId, Neighbours.Runs[job.Steps[0].RunId].Parent);
    }

    [Fact]
    public async Task The_first_failure_ends_a_pipeline_that_does_not_continue()
    {
        var started = new TaskCompletionSource();
        var endless = new TestKind("endless", (_, ct) =>
        {
            started.SetResult();
            return Task.Delay(-1, ct);
        });
        var bad = new TestKind("fails", async (_, _) =>
        {
            await started.Task;
            throw SlipwayException.Invalid("The water is out.");
        });
        await using var host = await StartAsync(Good, endless, bad);
        var definition = Pipeline(Step("a", "fails"), Step("b", "endless"), Step("c", "good", "b"));

        var job = await host.RunAsync(definition with { Pipeline = definition.Pipeline with { ContinueOnStepFailure = false } }, Ct);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal([JobStatus.Failed, JobStatus.Canceled, JobStatus.Canceled], job.Steps.Select(step => step.Status));
        Assert.Equal("Canceled: step 'a' failed.", job.Steps[1].Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_last_step_runs_even_after_a_failure(bool goOn)
    {
        await using var host = await StartAsync(Good, Bad);
        var definition = Pipeline(Step("a", "bad"), Step("b", "good", "a"), Step("close", "good") with { Outputs = [] });

        var job = await host.RunAsync(
            definition with { Pipeline = definition.Pipeline with { ContinueOnStepFailure = goOn, OnFinalize = "close" } }, Ct);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal([JobStatus.Failed, JobStatus.Canceled, JobStatus.Completed], job.Steps.Select(step => step.Status));
    }

    [Fact]
    public async Task A_step_runs_without_an_optional_input_whose_step_failed()
    {
        var seen = new ConcurrentQueue<string>();
        var look = new TestKind("look", (step, _) =>
        {
            seen.Enqueue(string.Join(",", step.Inputs.Keys));
            return Task.CompletedTask;
        });
        await using var host = await StartAsync(Good, Bad, look);
        var step = Step("c", "look").With(From("good", "a", "out"), From("bad", "b", "out") with { Optional = true }) with { DependsOn = ["a", "b"] };

        var job = await host.RunAsync(Pipeline(Step("a", "good"), Step("b", "bad"), step), Ct);

        Assert.Equal((JobStatus.Failed, JobStatus.Completed), (job.Status, job.Steps[2].Status));
        Assert.Equal(["good"], seen);
    }

    [Fact]
    public async Task A_step_with_retries_is_run_again_after_a_failure()
    {
        var runs = 0;
        var moody = new TestKind("moody", (_, _) =>
            Interlocked.Increment(ref runs) < 3 ? throw SlipwayException.Invalid("Not yet.") : Task.CompletedTask);
        await using var host = await StartAsync(moody);
        var step = Step("a", "moody") with { Settings = new() { ["retry_settings"] = new JsonObject { ["max_retries"] = 2 } } };

        var job = await host.RunAsync(Pipeline(step), Ct);

        Assert.Equal((JobStatus.Completed, 3), (job.Status, runs));
    }

    [Fact]
    public async Task A_step_that_skips_the_rest_ends_the_job_well()
    {
        var nothing = new TestKind("nothing_new", (step, _) =>
        {
            step.SkipRest("There are no new rows.");
            return Task.CompletedTask;
        });
        await using var host = await StartAsync(Good, nothing);

        var job = await host.RunAsync(Pipeline(Step("a", "nothing_new"), Step("b", "good", "a")), Ct);

        Assert.Equal((JobStatus.Completed, "There are no new rows."), (job.Status, job.Message));
        Assert.Equal((JobStatus.Canceled, "Skipped: There are no new rows."), (job.Steps[1].Status, job.Steps[1].Message));
    }

    [Fact]
    public async Task A_broken_kind_fails_its_step_without_telling_its_inside()
    {
        var broken = new TestKind("broken", (_, _) => throw new InvalidOperationException("secret"));
        await using var host = await StartAsync(broken);

        var job = await host.RunAsync(Pipeline(Step("a", "broken")), Ct);

        Assert.Equal(
            "Internal error in a step of kind 'broken' (InvalidOperationException); the server's log has the details.", job.Steps[0].Message);
    }

    [Fact]
    public async Task A_canceled_job_ends_what_runs_and_never_starts_what_waits()
    {
        var started = new TaskCompletionSource();
        var endless = new TestKind("endless", (_, ct) =>
        {
            started.SetResult();
            return Task.Delay(-1, ct);
        });
        await using var host = await StartAsync(Good, endless);
        var name = await host.SubmitAsync(Pipeline(Step("a", "endless"), Step("b", "good", "a")), Ct);
        await started.Task.WaitAsync(Ct);

        await host.Jobs.CancelAsync(Caller.System, name, Ct);
        var job = await host.WaitAsync(name, Ct);

        Assert.Equal((JobStatus.Canceled, "Canceled by system."), (job.Status, job.Message));
        Assert.All(job.Steps, step => Assert.Equal(JobStatus.Canceled, step.Status));
        Assert.Equal(0, Good.Runs);
        Assert.Equal(RunStatus.Killed, Neighbours.Runs[job.RunId].Run.Status);
        var again = await Assert.ThrowsAsync<SlipwayException>(() => host.Jobs.CancelAsync(Caller.System, name, Ct));
        Assert.Equal(ErrorCode.Conflict, again.Code);
    }

    [Fact]
    public async Task The_end_of_a_job_is_news()
    {
        await using var host = await StartAsync(Good);

        var job = await host.RunAsync(Pipeline(Step("a", "good")), Ct);

        while (host.Finished.All.IsEmpty)
            await Task.Delay(5, Ct);
        Assert.Equal(job.Name, Assert.Single(host.Finished.All).Name);
    }

    [Fact]
    public async Task An_output_with_a_name_becomes_a_data_version_and_lineage_tells_how()
    {
        await using var host = await StartAsync(Good);
        var raw = await PutAsync(("rows.csv", "1,2"));
        await Neighbours.CreateAsync(Caller.System, new() { Name = AssetName.Parse("raw"), Tree = raw }, Ct);
        var step = Step("a", "good").With(Asset("rows", "azureml:raw@latest")) with { Outputs = [Output("out", "features")] };

        var job = await host.RunAsync(Pipeline(step), Ct);

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal("data:features@1", job.Steps[0].Outputs["out"].Node);
        var lineage = await host.Get<LineageLog>().UpstreamAsync(WorkspaceName.Default, "data:features@1", 5, Ct);
        Assert.Equal(
            [("wrote", $"run:{job.Steps[0].RunId}"), ("read", "data:raw@1")], lineage.Edges.Select(edge => (edge.Act, edge.From)));
    }
}

public sealed class JobExecutionOnSqlite() : JobExecutionContract(DatabaseProvider.Sqlite);

public sealed class JobExecutionOnPostgres() : JobExecutionContract(DatabaseProvider.Postgres);
