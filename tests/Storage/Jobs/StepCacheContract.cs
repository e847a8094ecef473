using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Operations;
using Slipway.Kernel;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

public abstract class StepCacheContract(DatabaseProvider provider) : JobContract(provider)
{
    private TestKind Pure => field ??= new TestKind(
        "pure",
        (step, ct) => File.WriteAllTextAsync(Path.Combine(step.OutputFolders["out"], "x"), step.Inputs.GetValueOrDefault("n")?.Literal ?? "", ct),
        deterministic: true);

    [Fact]
    public async Task The_same_step_again_takes_the_old_result_over()
    {
        await using var host = await StartAsync(Pure);

        var first = await host.RunAsync(Two("1"), Ct);
        var second = await host.RunAsync(Two("1"), Ct);

        Assert.Equal(2, Pure.Runs);
        Assert.Equal(JobStatus.Completed, second.Status);
        Assert.All(second.Steps, step => Assert.True(step.Reused));
        Assert.Equal(first.Steps.Select(step => (step.RunId, step.Outputs["out"])), second.Steps.Select(step => (step.RunId, step.Outputs["out"])));
        Assert.Equal($"Reused the result of job '{first.Name}'.", second.Steps[0].Message);
        var explained = await host.Get<ExplainCache>().RunAsync(Caller.System, second.Name, Ct);
        Assert.All(explained, step => Assert.Equal("hit", step.Outcome));
    }

    [Fact]
    public async Task A_miss_names_the_input_that_changed()
    {
        await using var host = await StartAsync(Pure);
        var first = await host.RunAsync(Two("1"), Ct);

        var second = await host.RunAsync(Two("2"), Ct);

        Assert.All(second.Steps, step => Assert.False(step.Reused));
        var explained = await host.Get<ExplainCache>().RunAsync(Caller.System, second.Name, Ct);
        Assert.Equal($"Different from job '{first.Name}' in: inputs.n.", explained[0].Reason);
        Assert.Equal(("1", "2"), (explained[0].Differences[0].Before, explained[0].Differences[0].Now));
        Assert.Equal($"Different from job '{first.Name}' in: inputs.from_a.", explained[1].Reason);
    }

    [Fact]
    public async Task A_step_that_makes_the_same_output_from_another_input_lets_the_rest_be_reused()
    {
        var same = new TestKind("same", (_, _) => Task.CompletedTask, deterministic: true);
        await using var host = await StartAsync(Pure, same);
        JobDefinition Chain(string n) => Pipeline(Step("a", "same").With(Literal("n", n)), Step("b", "pure", "a"));
        await host.RunAsync(Chain("1"), Ct);

        var second = await host.RunAsync(Chain("2"), Ct);

        Assert.Equal([false, true], second.Steps.Select(step => step.Reused));
    }

    [Fact]
    public async Task A_higher_revision_of_the_kind_or_force_rerun_or_a_kind_that_acts_runs_again()
    {
        await using var host = await StartAsync(Pure, Good);
        await host.RunAsync(Pipeline(Step("a", "pure"), Step("b", "good")), Ct);
        var forced = Pipeline(Step("a", "pure"));
        forced = forced with { Pipeline = forced.Pipeline with { ForceRerun = true } };

        Assert.False((await host.RunAsync(forced, Ct)).Steps[0].Reused);
        Assert.False((await host.RunAsync(Pipeline(Step("b", "good")), Ct)).Steps[0].Reused);
        Assert.False((await host.RunAsync(Pipeline(Step("a", "pure") with { IsDeterministic = false }), Ct)).Steps[0].Reused);
        Pure.Revision++;
        Assert.False((await host.RunAsync(Pipeline(Step("a", "pure")), Ct)).Steps[0].Reused);
    }

    [Fact]
    public async Task A_failed_step_leaves_nothing_to_take_over()
    {
        var fails = true;
        var moody = new TestKind(
            "moody", (_, _) => fails ? throw SlipwayException.Invalid("Not today.") : Task.CompletedTask, deterministic: true);
        await using var host = await StartAsync(moody);
        await host.RunAsync(Pipeline(Step("a", "moody")), Ct);
        fails = false;

        var again = await host.RunAsync(Pipeline(Step("a", "moody")), Ct);

        Assert.Equal((JobStatus.Completed, false), (again.Status, again.Steps[0].Reused));
    }

    private static JobDefinition Two(string n) => Pipeline(Step("a", "pure").With(Literal("n", n)), Step("b", "pure", "a"));
}

public sealed class StepCacheOnSqlite() : StepCacheContract(DatabaseProvider.Sqlite);

public sealed class StepCacheOnPostgres() : StepCacheContract(DatabaseProvider.Postgres);
