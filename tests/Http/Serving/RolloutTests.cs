using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class RolloutTests : IAsyncLifetime
{
    // The timer looks once an hour; the tests look when they want to.
    private const string Shadowed =
        """
        type: rollout
        name: NAME
        endpoint: flights
        candidate: CANDIDATE
        interval: 1h
        criteria:
          error_rate: {maximum: 0.2}
          disagreement: {maximum: 0.2, tolerance: 0.1}
        steps:
        - shadow: 100
          minimum_samples: 150
        - traffic: 50
          minimum_samples: 40
        - traffic: 100
          minimum_samples: 80
        """;

    private static readonly string Unshadowed = Shadowed
        .Replace("- shadow: 100\n  minimum_samples: 150\n", "", StringComparison.Ordinal)
        .Replace("  disagreement: {maximum: 0.2, tolerance: 0.1}\n", "", StringComparison.Ordinal);

    private readonly ServingServer _server = new();
    private int _asked;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_good_candidate_gets_all_traffic_step_by_step_also_over_a_restart()
    {
        var begun = await CreateAsync("good", "green");
        var mirror = await EndpointAsync("mirrorTraffic");
        await AskAsync(80);
        await _server.MirroredAsync("green", 80);
        var early = await PostAsync("good", "evaluate");
        await _server.RestartAsync();
        await AskAsync(80);
        await _server.MirroredAsync("green", 80);
        var half = await PostAsync("good", "evaluate");
        await AskAsync(240);
        var all = await PostAsync("good", "evaluate");
        await AskAsync(160);
        var done = await PostAsync("good", "evaluate");

        Assert.Equal(("Running", 1, "{\"green\":100}"), (Status(begun), (int)begun["step"]!, mirror));
        Assert.Equal((1, 80), ((int)early["step"]!, (int)early["requests"]!));
        Assert.Contains("80 of at least 150", early["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, (int)half["step"]!);
        Assert.Equal(3, (int)all["step"]!);
        Assert.Equal("Completed", Status(done));
        Assert.Equal(["step", "advance", "step", "advance", "step", "complete"], Verdicts(done));
        Assert.Equal([1, 1, 2, 2, 3, 3], done["decisions"]!.AsArray().Select(decision => (int)decision!["step"]!));
        Assert.Equal("""{"blue":0,"green":100}""", await EndpointAsync("traffic"));
        var found = done["decisions"]![1]!["findings"]!.AsArray().Single(finding => (string?)finding!["criterion"] == "disagreement")!;
        Assert.Equal((160, 0.0, "holds"), ((int)found["samples"]!, (double)found["estimate"]!, (string?)found["verdict"]));
        Assert.InRange((double)found["upper"]!, 0.01, 0.2);
        var graph = await _server.Services.GetRequiredService<LineageLog>().UpstreamAsync(WorkspaceName.Default, "deployment:flights/green", 1, Ct);
        Assert.Contains(graph.Edges, edge => edge is { Act: "complete", From: "rollout:good" });
    }

    [Fact]
    public async Task A_candidate_that_answers_otherwise_is_found_out_in_the_shadow()
    {
        var other = OnnxModels.Classifier();
        var values = other.Graph.Node[0].Attribute.Single(attribute => attribute.Name == "values_floats").Floats;
        (values[0], values[1]) = (1, 0);
        await _server.RegisterAsync("late", other.ToByteArray());
        await _server.PutAsync("/api/v1/online-endpoints/flights/deployments/odd", """{"model":"late:3"}""");
        await CreateAsync("odd", "odd");
        await AskAsync(100);
        await _server.MirroredAsync("odd", 100);

        var judged = await PostAsync("odd", "evaluate");

        Assert.Equal("RolledBack", Status(judged));
        Assert.Contains("disagreement 1 (between", judged["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("""{"blue":100}""", await EndpointAsync("traffic"));
        Assert.Equal("{}", await EndpointAsync("mirrorTraffic"));
    }

    [Fact]
    public async Task A_candidate_that_fails_with_live_traffic_gives_it_back()
    {
        await _server.RegisterAsync("image", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Float));
        await _server.PutAsync("/api/v1/online-endpoints/flights/deployments/image", """{"model":"image:1"}""");
        await CreateAsync("fails", "image", Unshadowed);
        await AskInVainAsync(120, """["AA",100]""");

        var judged = await PostAsync("fails", "evaluate");

        Assert.Equal("RolledBack", Status(judged));
        Assert.Contains("error_rate", judged["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("""{"blue":100,"image":0}""", await EndpointAsync("traffic"));
    }

    [Fact]
    public async Task A_candidate_that_begins_to_fail_while_it_waits_for_an_approval_gives_its_traffic_back()
    {
        await CreateAsync("waits", "green", Unshadowed.Replace("minimum_samples: 40", "minimum_samples: 40\n  approval: true", StringComparison.Ordinal));
        await AskAsync(240);
        var waiting = await PostAsync("waits", "evaluate");
        await AskInVainAsync(400, """["AA","far"]""");
        using var approved = await _server.Client.PostAsync("/api/v1/rollouts/waits/approve", ServingServer.Json("{}"), Ct);

        var ended = await PostAsync("waits", "evaluate");

        Assert.Equal("AwaitingApproval", Status(waiting));
        Assert.Equal(HttpStatusCode.Conflict, approved.StatusCode);
        Assert.Equal("RolledBack", Status(ended));
        Assert.Equal("""{"blue":100,"green":0}""", await EndpointAsync("traffic"));
    }

    [Fact]
    public async Task Traffic_that_somebody_moves_while_an_approval_is_waited_for_is_not_overwritten_by_it()
    {
        await CreateAsync("moved", "green", Unshadowed.Replace("minimum_samples: 40", "minimum_samples: 40\n  approval: true", StringComparison.Ordinal));
        await AskAsync(240);
        await PostAsync("moved", "evaluate");
        await _server.PutAsync("/api/v1/online-endpoints/flights/traffic", """{"traffic":{"blue":100,"green":0},"reason":"by hand"}""");
        using var approved = await _server.Client.PostAsync("/api/v1/rollouts/moved/approve", ServingServer.Json("{}"), Ct);

        Assert.Equal(HttpStatusCode.Conflict, approved.StatusCode);
        Assert.Contains("somebody moved it", await approved.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("""{"blue":100,"green":0}""", await EndpointAsync("traffic"));
    }

    [Fact]
    public async Task A_step_of_all_traffic_is_not_kept_waiting_for_a_comparison_with_a_baseline_that_answers_nothing()
    {
        await CreateAsync("whole", "green", Unshadowed.Replace(
            "error_rate: {maximum: 0.2}", "error_rate: {maximum: 0.2, maximum_increase: 0.9}\n  score_shift: {maximum: 0.99}", StringComparison.Ordinal));
        await AskAsync(240);
        var half = await PostAsync("whole", "evaluate");
        await AskAsync(120);
        var all = await PostAsync("whole", "evaluate");

        Assert.Equal(("Running", 2), (Status(half), (int)half["step"]!));
        Assert.Equal(["error_rate", "error_rate_increase", "score_shift"], Criteria(half["decisions"]![1]!));
        Assert.Equal("Completed", Status(all));
        Assert.Equal(["error_rate"], Criteria(all["decisions"]!.AsArray()[^1]!));
    }

    [Fact]
    public async Task A_step_that_wants_an_approval_waits_for_a_person()
    {
        await CreateAsync("asks", "green", Shadowed.Replace("minimum_samples: 150", "minimum_samples: 60\n  approval: true", StringComparison.Ordinal));
        await AskAsync(100);
        await _server.MirroredAsync("green", 100);
        var waiting = await PostAsync("asks", "evaluate");
        var still = await PostAsync("asks", "evaluate");
        var approved = await PostAsync("asks", "approve", """{"reason":"the numbers hold"}""");
        using var twice = await _server.Client.PostAsync("/api/v1/rollouts/asks/approve", ServingServer.Json("{}"), Ct);

        Assert.Equal("AwaitingApproval", Status(waiting));
        Assert.Equal("AwaitingApproval", Status(still));
        Assert.Equal(("Running", 2), (Status(approved), (int)approved["step"]!));
        Assert.Contains("approve by local: the numbers hold", approved["decisions"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
    }

    [Fact]
    public async Task Traffic_that_somebody_moves_pauses_a_rollout_which_can_go_on_or_end()
    {
        await CreateAsync("moved", "green");
        await _server.PutAsync("/api/v1/online-endpoints/flights/traffic", """{"traffic":{"blue":80,"green":20},"reason":"by hand"}""");
        var paused = await PostAsync("moved", "evaluate");
        var resumed = await PostAsync("moved", "resume");
        var traffic = await EndpointAsync("traffic");
        var aborted = await PostAsync("moved", "abort", """{"reason":"enough"}""");

        Assert.Equal("Paused", Status(paused));
        Assert.Contains("somebody moved it", paused["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("Running", Status(resumed));
        Assert.Equal("""{"blue":100,"green":0}""", traffic);
        Assert.Equal("Aborted", Status(aborted));
        Assert.Equal("{}", await EndpointAsync("mirrorTraffic"));
    }

    [Fact]
    public async Task A_rollout_whose_endpoint_is_deleted_ends_and_says_so()
    {
        await CreateAsync("orphan", "green");
        await _server.PutAsync("/api/v1/online-endpoints/flights/traffic", """{"traffic":{"blue":0},"reason":"by hand"}""");
        using var deleted = await _server.Client.DeleteAsync("/api/v1/online-endpoints/flights", Ct);

        var ended = await PostAsync("orphan", "evaluate");
        var later = await PostAsync("orphan", "evaluate");

        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Equal(("Aborted", "Ended: endpoint 'flights' does not exist any more."), (Status(ended), ended["message"]!.ToString()));
        Assert.Equal(["step", "abort"], Verdicts(later));
    }

    [Fact]
    public async Task A_rollout_whose_candidate_is_deleted_pauses_and_can_be_ended()
    {
        await CreateAsync("lost", "green");
        using var deleted = await _server.Client.DeleteAsync("/api/v1/online-endpoints/flights/deployments/green", Ct);

        var paused = await PostAsync("lost", "evaluate");
        var ended = await PostAsync("lost", "abort");

        Assert.True(deleted.IsSuccessStatusCode, await deleted.Content.ReadAsStringAsync(Ct));
        Assert.Equal(("Paused", "Paused: deployment 'green' does not exist any more."), (Status(paused), paused["message"]!.ToString()));
        Assert.Equal(("Aborted", """{"blue":100}"""), (Status(ended), await EndpointAsync("traffic")));
    }

    [Theory]
    [InlineData("candidate: CANDIDATE", "candidate: gren", HttpStatusCode.BadRequest, "Did you mean 'green'?")]
    [InlineData("candidate: CANDIDATE", "candidate: blue\nbaseline: blue", HttpStatusCode.BadRequest, "is the baseline, too")]
    [InlineData("candidate: CANDIDATE", "candidate: blue\nbaseline: green", HttpStatusCode.Conflict, "has 0 % of the traffic")]
    [InlineData("endpoint: flights", "endpoint: trains", HttpStatusCode.NotFound, "trains")]
    [InlineData("- traffic: 50", "- traffic: 150", HttpStatusCode.BadRequest, "rollout.yml:12:12: steps[1].traffic")]
    [InlineData("- shadow: 100", "- traffic: 60", HttpStatusCode.BadRequest, "it only grows")]
    [InlineData("- shadow: 100\n  minimum_samples: 150\n", "", HttpStatusCode.BadRequest, "no step has a shadow")]
    [InlineData("minimum_samples: 40", "time_limit: 1h\n  minimum_time: 2h", HttpStatusCode.BadRequest, "steps[1]: its minimum_time (2h) is longer than its time_limit (1h)")]
    [InlineData("interval: 1h", "interval: soon", HttpStatusCode.BadRequest, "a length of time")]
    [InlineData("interval: 1h", "intervall: 1h", HttpStatusCode.BadRequest, "intervall")]
    public async Task A_rollout_that_cannot_be_is_refused_with_its_reason(string text, string wrong, HttpStatusCode status, string why)
    {
        var yaml = Shadowed.Replace(text, wrong, StringComparison.Ordinal).Replace("CANDIDATE", "green", StringComparison.Ordinal);

        using var response = await _server.Client.PostAsync(
            "/api/v1/rollouts", JsonContent.Create(new { definition = yaml.Replace("NAME", "wrong", StringComparison.Ordinal) }), Ct);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(why, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["detail"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("{\"rollouts\":[]}", await _server.Client.GetStringAsync("/api/v1/rollouts", Ct));
    }

    [Fact]
    public async Task An_endpoint_has_one_rollout_at_a_time()
    {
        await CreateAsync("first", "green");
        using var second = await _server.Client.PostAsync("/api/v1/rollouts", Body("second", "green", Shadowed), Ct);
        await PostAsync("first", "abort");
        using var same = await _server.Client.PostAsync("/api/v1/rollouts", Body("first", "green", Shadowed), Ct);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (second.StatusCode, same.StatusCode));
    }

    private async Task<JsonNode> CreateAsync(string name, string candidate, string yaml = Shadowed)
    {
        using var response = await _server.Client.PostAsync("/api/v1/rollouts", Body(name, candidate, yaml), Ct);
        return await ReadAsync(response);
    }

    private async Task<JsonNode> PostAsync(string rollout, string verb, string body = "{}")
    {
        using var response = await _server.Client.PostAsync($"/api/v1/rollouts/{rollout}/{verb}", ServingServer.Json(body), Ct);
        return await ReadAsync(response);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }

    private static JsonContent Body(string name, string candidate, string yaml) => JsonContent.Create(new
    {
        definition = yaml.Replace("NAME", name, StringComparison.Ordinal).Replace("CANDIDATE", candidate, StringComparison.Ordinal),
    });

    private async Task AskAsync(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            using var response = await _server.AskAsync($"r{_asked++}", i % 2 == 0 ? "AA" : "UA", 900);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private async Task AskInVainAsync(int requests, string row)
    {
        for (var i = 0; i < requests; i++)
        {
            using var answer = await _server.Client.PostAsync("/endpoints/flights/score", ServingServer.Json($$"""{"input_data":[{{row}}]}"""), Ct);
        }
    }

    private async Task<string> EndpointAsync(string field) =>
        (await _server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/flights", Ct))![field]!.ToJsonString();

    private static string Status(JsonNode rollout) => rollout["status"]!.ToString();

    private static IEnumerable<string> Verdicts(JsonNode rollout) => rollout["decisions"]!.AsArray().Select(decision => decision!["verdict"]!.ToString());

    private static IEnumerable<string> Criteria(JsonNode decision) => decision["findings"]!.AsArray().Select(finding => finding!["criterion"]!.ToString());
}
