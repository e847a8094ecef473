using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Http.Server;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Training;

/// <summary>AutoML on the real server, from the example's definition to an answer of the served model.</summary>
public sealed class AutomlJobTests : RunningServer
{
    [Fact]
    public async Task What_was_learned_is_registered_with_its_signature_and_answers_its_own_example()
    {
        var job = await RunAsync("learn", "max_trials: 2");

        var leaderboard = await GetAsync("/api/v1/jobs/learn/leaderboard");
        Assert.Equal(("learn", "AUC_weighted", "maximize"), ((string?)leaderboard["step"], (string?)leaderboard["primaryMetric"], (string?)leaderboard["goal"]));
        Assert.Equal(2, leaderboard["trials"]!.AsArray().Count);
        Assert.Equal((string?)leaderboard["trials"]![0]!["runId"], (string?)leaderboard["best"]);
        Assert.Equal("model:flights-automl@1", Assert.Single(job.Steps).Outputs["best_model"].Node);

        var version = (await Part<IModelRegistry>().FindAsync(Caller.System, "flights-automl:1", Ct))!;
        Assert.Contains("\"scheduled\"", version.SignatureJson, StringComparison.Ordinal);
        await PutAsync("/api/v1/online-endpoints/late", """{"collect":"wait"}""");
        await PutAsync("/api/v1/online-endpoints/late/deployments/blue", """{"model":"flights-automl:1"}""");
        await PutAsync("/api/v1/online-endpoints/late/traffic", """{"traffic":{"blue":100},"reason":"first"}""");
        var content = Part<ContentStore>();
        var example = (await content.GetTreeAsync(version.Tree, Ct)).Find("input_example.json")!;
        var asked = $$"""{"dataframe_split":{{Encoding.UTF8.GetString(await content.ReadAllAsync(example.Digest, Ct))}}}""";
        using var answer = await Client.PostAsync("/endpoints/late/invocations", new StringContent(asked, Encoding.UTF8, "application/json"), Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Matches("\"(late|on time)\"", text);
    }

    [Fact]
    public async Task The_same_job_again_is_taken_over_with_its_leaderboard_unless_its_limits_differ()
    {
        await RunAsync("first", "max_trials: 2");

        var same = await RunAsync("same", "max_trials: 2");
        var more = await RunAsync("more", "max_trials: 3");

        Assert.True(same.Steps[0].Reused);
        Assert.Equal(2, (await GetAsync("/api/v1/jobs/same/leaderboard"))["trials"]!.AsArray().Count);
        Assert.False(more.Steps[0].Reused);
        Assert.Equal(3, (await GetAsync("/api/v1/jobs/more/leaderboard"))["trials"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_trials_of_a_cancelled_job_end_with_it()
    {
        await SubmitAsync("endless", "max_trials: 900\n  enable_early_termination: false");
        while ((await GetAsync("/api/v1/jobs/endless/leaderboard"))["trials"]!.AsArray().Count < 2)
            Ct.ThrowIfCancellationRequested();

        await Part<IJobs>().CancelAsync(Caller.System, "endless", Ct);

        // The news of a job's end comes after it.
        while ((await GetAsync("/api/v1/jobs/endless/leaderboard"))["trials"]!.AsArray().Any(trial => (string?)trial!["status"] == "Running")
            || !(await Part<IJobs>().FindAsync(Caller.System, "endless", Ct))!.IsOver)
        {
            Ct.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task Only_AutoML_jobs_have_a_leaderboard()
    {
        var jobs = Part<IJobs>();
        await jobs.SubmitAsync(Caller.System, new NewJob { Name = "other", Yaml = "type: command\ncommand: \"true\"\nenvironment: azureml:any@latest", Source = "other.yml" }, Ct);

        using var other = await Client.GetAsync("/api/v1/jobs/other/leaderboard", Ct);
        using var nobody = await Client.GetAsync("/api/v1/jobs/nobody/leaderboard", Ct);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (other.StatusCode, nobody.StatusCode));
        Assert.Contains("AutoML step", await other.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private async Task<Job> RunAsync(string name, string limits)
    {
        await SubmitAsync(name, limits);
        var job = await Part<IJobs>().WaitAsync(Caller.System, name, Ct).WaitAsync(TimeSpan.FromMinutes(2), Ct);
        Assert.True(job.Status == JobStatus.Completed, $"{job.Message} {string.Join(" ", job.Steps.Select(step => step.Message))}");
        return job;
    }

    private async Task SubmitAsync(string name, string limits)
    {
        var files = await Part<ContentStore>().PutFolderAsync(Repository.Path("examples/automl/flights"), null, Ct);
        var yaml = await File.ReadAllTextAsync(Repository.Path("examples/automl/automl.yml"), Ct);
        await Part<IJobs>().SubmitAsync(
            Caller.System,
            new NewJob
            {
                Name = name,
                Yaml = yaml.Replace("max_trials: 8", limits, StringComparison.Ordinal).Replace("n_cross_validations: 3", "validation_data_size: 0.2", StringComparison.Ordinal),
                Source = "automl.yml",
                Files = new Dictionary<string, Digest> { ["flights"] = files.Digest },
            },
            Ct);
    }

    private async Task<JsonNode> GetAsync(string path) => (await Client.GetFromJsonAsync<JsonNode>(path, Ct))!;

    private async Task PutAsync(string path, string json)
    {
        using var response = await Client.PutAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }
}
