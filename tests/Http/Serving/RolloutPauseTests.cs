using System.Net;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>What becomes of a rollout that waits for a person, or that somebody gets in the way of.</summary>
public sealed class RolloutPauseTests : RolloutServer
{
    [Fact]
    public async Task A_candidate_that_begins_to_fail_while_it_waits_for_an_approval_gives_its_traffic_back()
    {
        await CreateAsync("waits", "green", Unshadowed.Replace("minimum_samples: 40", "minimum_samples: 40\n  approval: true", StringComparison.Ordinal));
        await AskAsync(240);
        var waiting = await PostAsync("waits", "evaluate");
        await AskInVainAsync(400, """["AA","far"]""");
        using var approved = await Server.Client.PostAsync("/api/v1/rollouts/waits/approve", ServingServer.Json("{}"), Ct);

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
        await Server.PutAsync("/api/v1/online-endpoints/flights/traffic", """{"traffic":{"blue":100,"green":0},"reason":"by hand"}""");
        using var approved = await Server.Client.PostAsync("/api/v1/rollouts/moved/approve", ServingServer.Json("{}"), Ct);

        Assert.Equal(HttpStatusCode.Conflict, approved.StatusCode);
        Assert.Contains("somebody moved it", await approved.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("""{"blue":100,"green":0}""", await EndpointAsync("traffic"));
    }

    [Fact]
    public async Task A_step_that_wants_an_approval_waits_for_a_person()
    {
        await CreateAsync("asks", "green", Shadowed.Replace("minimum_samples: 150", "minimum_samples: 60\n  approval: true", StringComparison.Ordinal));
        await AskAsync(100);
        await Server.MirroredAsync("green", 100);
        var waiting = await PostAsync("asks", "evaluate");
        var still = await PostAsync("asks", "evaluate");
        var approved = await PostAsync("asks", "approve", """{"reason":"the numbers hold"}""");
        using var twice = await Server.Client.PostAsync("/api/v1/rollouts/asks/approve", ServingServer.Json("{}"), Ct);

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
        await Server.PutAsync("/api/v1/online-endpoints/flights/traffic", """{"traffic":{"blue":80,"green":20},"reason":"by hand"}""");
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
        await Server.PutAsync("/api/v1/online-endpoints/flights/traffic", """{"traffic":{"blue":0},"reason":"by hand"}""");
        using var deleted = await Server.Client.DeleteAsync("/api/v1/online-endpoints/flights", Ct);

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
        using var deleted = await Server.Client.DeleteAsync("/api/v1/online-endpoints/flights/deployments/green", Ct);

        var paused = await PostAsync("lost", "evaluate");
        var ended = await PostAsync("lost", "abort");

        Assert.True(deleted.IsSuccessStatusCode, await deleted.Content.ReadAsStringAsync(Ct));
        Assert.Equal(("Paused", "Paused: deployment 'green' does not exist any more."), (Status(paused), paused["message"]!.ToString()));
        Assert.Equal(("Aborted", """{"blue":100}"""), (Status(ended), await EndpointAsync("traffic")));
    }
}
