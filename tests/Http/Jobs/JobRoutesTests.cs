using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.Http.Server;
using Xunit;

namespace Slipway.Http.Jobs;

public sealed class JobRoutesTests : RunningServer
{
    private const string Hello =
        """
        type: command
        command: echo hello from ${{inputs.who}}; env | grep MLFLOW_TRACKING_URI
        environment: azureml:any@latest
        inputs:
          who: bash
        """;

    [Fact]
    public async Task A_command_job_is_submitted_followed_to_its_end_and_shown()
    {
        var submitted = await PostAsync(new { yaml = Hello, name = "hello" });
        var events = await Client.GetStringAsync("/api/v1/jobs/hello/logs?follow=true", Ct);
        var shown = await GetAsync("/api/v1/jobs/hello");
        var listed = await GetAsync("/api/v1/jobs?status=completed");

        Assert.Equal("hello", (string?)submitted["name"]);
        Assert.Contains("event: end\ndata: {\"step\":null,\"text\":null,\"status\":\"Completed\"", events);
        Assert.Equal("Completed", (string?)shown["status"]);
        Assert.Equal("hello", (string?)shown["steps"]![0]!["name"]);
        Assert.Equal("hello", (string?)listed["jobs"]![0]!["name"]);
        var log = await Client.GetStringAsync("/api/v1/jobs/hello/logs", Ct);
        Assert.Equal($"hello from bash\nMLFLOW_TRACKING_URI={Url}\n", log);
        Assert.Equal($"MLFLOW_TRACKING_URI={Url}", await Client.GetStringAsync("/api/v1/jobs/hello/logs?tail=1", Ct));
    }

    [Fact]
    public async Task The_same_job_again_is_taken_from_the_cache_and_says_so()
    {
        await PostAsync(new { yaml = Hello, name = "first" });
        await Client.GetStringAsync("/api/v1/jobs/first/logs?follow=true", Ct);
        await PostAsync(new { yaml = Hello, name = "second" });
        await Client.GetStringAsync("/api/v1/jobs/second/logs?follow=true", Ct);

        var explained = await GetAsync("/api/v1/jobs/second/cache");

        Assert.Equal("hit", (string?)explained["steps"]![0]!["outcome"]);
        Assert.Equal("Reused the result of job 'first'.", (string?)explained["steps"]![0]!["reason"]);
    }

    [Fact]
    public async Task A_running_job_is_canceled()
    {
        await PostAsync(new { yaml = Hello.Replace("echo hello", "sleep 60; echo hello"), name = "long" });

        var answer = await Client.PostAsync("/api/v1/jobs/long/cancel", null, Ct);
        var events = await Client.GetStringAsync("/api/v1/jobs/long/logs?follow=true", Ct);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Contains("\"status\":\"Canceled\",\"message\":\"Canceled by local.\"", events);
    }

    [Fact]
    public async Task All_mistakes_of_a_definition_are_reported_and_nothing_is_kept()
    {
        var answer = await Client.PostAsJsonAsync(
            "/api/v1/jobs", new { yaml = "type: command\ncomand: ls\nenvironment: azureml:any@latest\nlimits: {timeout: soon}", source = "j.yml" }, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Contains("j.yml:2", text);
        Assert.Contains("j.yml:4", text);
        Assert.Empty((await GetAsync("/api/v1/jobs"))["jobs"]!.AsArray());
    }

    [Fact]
    public async Task What_cannot_run_here_is_refused_before_anything_starts()
    {
        var yaml =
            """
            type: pipeline
            jobs:
              known:
                component: azureml:train:3
              burst:
                type: spark
                code: ./src
                entry: {file: main.py}
                conf: {spark.driver.cores: 1, spark.driver.memory: 2g, spark.executor.cores: 1, spark.executor.memory: 2g, spark.executor.instances: 1}
                resources: {instance_type: Standard_E8S_V3, runtime_version: "3.4"}
            """;

        var answer = await Client.PostAsJsonAsync("/api/v1/jobs", new { yaml }, Ct);

        var text = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("jobs.known.component: 'azureml:train:3' is not known here", text);
        Assert.Contains("jobs.burst.type: Steps of type 'spark' do not run here", text);
        Assert.Empty((await GetAsync("/api/v1/jobs"))["jobs"]!.AsArray());
    }

    [Fact]
    public async Task An_input_from_a_web_server_is_fetched_when_the_step_starts()
    {
        var yaml = Hello.Replace("  who: bash", $"  who: {{type: uri_file, path: \"{Url}/health/live\"}}")
            .Replace("hello from", "$(basename");
        await PostAsync(new { yaml = yaml.Replace("${{inputs.who}};", "${{inputs.who}});"), name = "far" });

        await Client.GetStringAsync("/api/v1/jobs/far/logs?follow=true", Ct);

        var shown = await GetAsync("/api/v1/jobs/far");
        Assert.True((string?)shown["status"] == "Completed", shown.ToJsonString());
        Assert.StartsWith("live\n", await Client.GetStringAsync("/api/v1/jobs/far/logs", Ct));
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await PostAsync(new { yaml = Hello, name = "hello" });

        var again = await Client.PostAsJsonAsync("/api/v1/jobs", new { yaml = Hello, name = "hello" }, Ct);

        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path, Ct))!;

    private async Task<JsonNode> PostAsync(object body)
    {
        var answer = await Client.PostAsJsonAsync("/api/v1/jobs", body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        return JsonNode.Parse(text)!;
    }
}
