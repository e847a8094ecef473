using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>A job that names what does not exist is refused before anything of it is kept.</summary>
public abstract class MissingInputContract(DatabaseProvider provider) : JobContract(provider)
{
    [Theory]
    [InlineData("azureml:raw:7", "uri_folder", "Data asset 'raw' has no version or label '7'; its last version is '1'.")]
    [InlineData("azureml:nope@latest", "uri_folder", "Data asset 'nope' does not exist; 'slipway data list' shows those that do.")]
    [InlineData("azureml:late:2", "mlflow_model", "Model 'late' has no version or label '2'; its last version is '1'.")]
    [InlineData("azureml:nope:1", "custom_model", "Model 'nope' does not exist; 'slipway model list' shows those that do.")]
    [InlineData("azureml://jobs/nope/outputs/out", "uri_folder", "Job 'nope' does not exist.")]
    [InlineData("azureml://datastores/nope/paths/x", "uri_folder", "Datastore 'nope' does not exist.")]
    [InlineData("runs:/nope/model", "uri_folder", "Run 'nope' does not exist.")]
    public async Task It_is_refused_at_once_with_job_input_and_what_there_is(string reference, string type, string why)
    {
        await using var host = await StartAsync(Good);
        await PutRawAsync();
        Neighbours.Models.Add(new()
        {
            Workspace = WorkspaceName.Default,
            Model = "late",
            Number = 1,
            Tree = await PutAsync(("m", "1")),
            Flavor = "custom",
            Tags = new Dictionary<string, string>(),
            Aliases = [],
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = "ann",
        });
        var step = Pipeline(Step("first", "good"), Step("a", "good", "first").With(Asset("rows", reference, type))) with { Name = "bad" };
        var whole = Pipeline(Step("a", "good")) with { Name = "bad" };
        whole = whole with { Pipeline = whole.Pipeline with { Inputs = [Asset("rows", reference, type)] } };

        Assert.Equal($"Job 'bad', input 'rows' of step 'a' ('{reference}'): {why}", await RefusalAsync(host, step));
        Assert.Equal($"Job 'bad', input 'rows' ('{reference}'): {why}", await RefusalAsync(host, whole));
        Assert.Null(await host.Get<JobStore>().FindAsync(WorkspaceName.Default, "bad", Ct));
        Assert.Empty(Neighbours.Runs);
    }

    [Fact]
    public async Task What_an_earlier_step_of_the_job_makes_need_not_exist()
    {
        await using var host = await StartAsync(Good);
        var makes = Step("a", "good") with { Outputs = [Output("out", "features")] };
        var registers = Step("b", "good") with { Settings = new JsonObject { ["asset"] = "raw" } };
        var uses = Step("c", "good", "a", "b").With(Asset("made", "azureml:features@latest"), Asset("told", "azureml:raw:7"));

        var job = await host.RunAsync(Pipeline(makes, registers, uses), Ct);

        // The step that was said to make the other one has not.
        Assert.Equal("Step 'c' failed: Data asset 'raw' does not exist; 'slipway data list' shows those that do.", job.Message);
    }

    [Fact]
    public async Task What_only_a_later_step_makes_is_missing()
    {
        await using var host = await StartAsync(Good);
        var uses = Step("a", "good").With(Asset("made", "azureml:features@latest"));
        var makes = Step("b", "good", "a") with { Outputs = [Output("out", "features")] };

        Assert.Contains("input 'made' of step 'a'", await RefusalAsync(host, Pipeline(uses, makes)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_a_job_has_not_made_is_refused_once_that_job_is_over()
    {
        await using var host = await StartAsync(Good, Bad);
        var made = await host.RunAsync(WithOutput(Pipeline(Step("a", "good")), "out"), Ct);
        var failed = await host.RunAsync(WithOutput(Pipeline(Step("a", "bad")), "out"), Ct);

        Assert.Equal(JobStatus.Completed, (await host.RunAsync(Reading(made.Name, "out"), Ct)).Status);
        Assert.EndsWith($"Job '{failed.Name}' has not made its output 'out': it is Failed.", await RefusalAsync(host, Reading(failed.Name, "out")), StringComparison.Ordinal);
        Assert.EndsWith(
            $"Job '{made.Name}' has no output 'other'; it has out, artifacts.", await RefusalAsync(host, Reading(made.Name, "other")), StringComparison.Ordinal);
    }

    private async Task PutRawAsync() =>
        await Neighbours.CreateAsync(Caller.System, new() { Name = AssetName.Parse("raw"), Tree = await PutAsync(("rows.csv", "1,2")) }, Ct);

    private static async Task<string> RefusalAsync(JobHost host, JobDefinition job) =>
        (await Assert.ThrowsAsync<SlipwayException>(() => host.SubmitAsync(job, Ct))).Message;

    private static JobDefinition Reading(string job, string output) =>
        Pipeline(Step("r", "good").With(Asset("rows", $"azureml://jobs/{job}/outputs/{output}")));

    private static JobDefinition WithOutput(JobDefinition job, string name) => job with
    {
        Pipeline = job.Pipeline with { Outputs = [Output(name) with { Producer = new Expression(ExpressionKind.StepOutput, "out", "a") }] },
    };
}

public sealed class MissingInputsOnSqlite() : MissingInputContract(DatabaseProvider.Sqlite);

public sealed class MissingInputsOnPostgres() : MissingInputContract(DatabaseProvider.Postgres);
