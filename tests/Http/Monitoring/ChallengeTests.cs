using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Http.Serving;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Registry.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Monitoring;

/// <summary>A retraining policy with a rollout, over a real job, a real gate, and requests that real deployments answer.</summary>
public sealed class ChallengeTests : IAsyncLifetime
{
    private const string Monitor = "name: flights\ncreate_monitor: {monitoring_target: {endpoint_deployment_id: 'azureml:flights'}, monitoring_signals: {inputs: {type: data_drift}}}";

    // A job that judges a version that is there; a real one would train it first.
    private const string Job =
        """
        type: pipeline
        jobs:
          gate:
            type: gate
            inputs:
              data: {type: uri_folder, path: "azureml:judged:1"}
              candidate: {type: custom_model, path: "azureml:late:2"}
            label: late
            compare: [{metric: brier, require: not_worse, margin: 0.05}]
        """;

    private const string Policy =
        """
        type: retraining
        name: flights
        monitor: flights
        model: late
        job: ./judge.yml
        triggers: {age: P28D}
        rollout:
          interval: 1h
          criteria: {error_rate: {maximum: 0.5}}
          steps:
          - {traffic: 50, minimum_samples: 20}
          - {traffic: 100, minimum_samples: 20}
        """;

    private readonly ServingServer _server = new();
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        await Get<IModelRegistry>().SetAliasAsync(Caller.System, "late", "champion", 1, "first", Ct);
        await LandAsync();
        await PostAsync("monitors", Monitor);
        await PostAsync("retraining", new JsonObject { ["definition"] = Policy, ["job"] = new JsonObject { ["yaml"] = Job } }.ToJsonString());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_gate_accepted_gets_the_traffic_step_by_step_and_then_the_alias()
    {
        var job = await TrainAsync();

        await FollowAsync();
        var begun = await ChallengerAsync();
        Assert.Equal(("RollingOut", "Step 1 of 2 began: 50 %.", "version-2", job), ((string)begun["state"]!, (string)begun["told"]!, (string)begun["deployment"]!, (string)begun["rollout"]!));
        await AskAsync(200);
        await PostAsync($"rollouts/{job}/evaluate", "{}");
        await AskAsync(60);
        await PostAsync($"rollouts/{job}/evaluate", "{}");
        await FollowAsync();
        var over = await ChallengerAsync();

        Assert.Equal("Promoted", (string)over["state"]!);
        Assert.StartsWith($"Promoted after rollout '{job}'. Step 2 of 2 has passed: error_rate 0 ", (string)over["told"]!, StringComparison.Ordinal);
        Assert.Equal(2, (await Get<IModelRegistry>().FindAsync(Caller.System, "late@champion", Ct))!.Number);
        Assert.Equal(100, (int)(await EndpointAsync())["traffic"]!["version-2"]!);
    }

    [Fact]
    public async Task A_challenger_that_is_canceled_gives_back_the_traffic_and_is_deleted()
    {
        await TrainAsync();
        await FollowAsync();
        Assert.Equal(50, (int)(await EndpointAsync())["traffic"]!["version-2"]!);

        var canceled = await PostAsync("retraining/flights/cancel", """{"reason":"not today"}""");

        Assert.Equal(("Canceled", "Canceled: local asked for it: not today."), ((string)canceled["state"]!, (string)canceled["told"]!));
        var endpoint = await EndpointAsync();
        Assert.Equal(100, (int)endpoint["traffic"]!["blue"]!);
        Assert.DoesNotContain(endpoint["deployments"]!.AsArray(), deployment => (string)deployment!["name"]! == "version-2");
        Assert.Equal(1, (await Get<IModelRegistry>().FindAsync(Caller.System, "late@champion", Ct))!.Number);
    }

    private T Get<T>()
        where T : notnull => _server.Services.GetRequiredService<T>();

    private Task FollowAsync() => Get<FollowChallenges>().RunAsync(Ct);

    private async Task<string> TrainAsync()
    {
        var decision = await PostAsync("retraining/flights/evaluate", """{"from":"2001-01-01T00:00:00Z","to":"2001-01-08T00:00:00Z","force":true}""");
        var name = (string)decision["job"]!;
        var job = await Get<IJobs>().WaitAsync(Caller.System, name, Ct).WaitAsync(TimeSpan.FromMinutes(2), Ct);
        Assert.True(job.Status == JobStatus.Completed, $"{job.Message} {string.Join(" ", job.Steps.Select(step => step.Message))}");
        return name;
    }

    private async Task AskAsync(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            using var response = await _server.AskAsync($"r{i}", i % 2 == 0 ? "AA" : "UA", 900);
            response.EnsureSuccessStatusCode();
        }
    }

    private async Task LandAsync()
    {
        using (var connection = Get<ILakeTables>().Connect())
        {
            connection.Execute(
                $"copy (select case when i % 2 = 0 then 'AA' else 'UA' end as carrier, (100 + i)::float as distance, i % 2 as late from range(500) t(i)) to '{_folder.File("rows.parquet")}' (format parquet)");
        }

        var tree = await Get<ContentStore>().PutFolderAsync(_folder.Path, null, Ct);
        await Get<IDataAssets>().CreateAsync(Caller.System, new NewDataVersion { Name = AssetName.Parse("judged"), Type = DataType.UriFolder, Tree = tree.Digest }, Ct);
    }

    private async Task<JsonNode> ChallengerAsync() =>
        (await _server.Client.GetFromJsonAsync<JsonNode>("/api/v1/retraining/flights/decisions", Ct))!["items"]![0]!["challenger"]!;

    private async Task<JsonNode> EndpointAsync() => (await _server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/flights", Ct))!;

    private async Task<JsonNode> PostAsync(string path, string body)
    {
        using var response = await _server.Client.PostAsync($"/api/v1/{path}", ServingServer.Json(body), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }
}
