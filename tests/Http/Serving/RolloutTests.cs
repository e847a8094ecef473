using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>How a rollout judges its candidate, step by step.</summary>
public sealed class RolloutTests : RolloutServer
{
    [Fact]
    public async Task A_good_candidate_gets_all_traffic_step_by_step_also_over_a_restart()
    {
        var begun = await CreateAsync("good", "green");
        var mirror = await EndpointAsync("mirrorTraffic");
        await AskAsync(80);
        await Server.MirroredAsync("green", 80);
        var early = await PostAsync("good", "evaluate");
        await Server.RestartAsync();
        await AskAsync(80);
        await Server.MirroredAsync("green", 80);
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
        var graph = await Server.Services.GetRequiredService<LineageLog>().UpstreamAsync(WorkspaceName.Default, "deployment:flights/green", 1, Ct);
        Assert.Contains(graph.Edges, edge => edge is { Act: "complete", From: "rollout:good" });
    }

    [Fact]
    public async Task A_candidate_that_answers_otherwise_is_found_out_in_the_shadow()
    {
        var other = OnnxModels.Classifier();
        var values = other.Graph.Node[0].Attribute.Single(attribute => attribute.Name == "values_floats").Floats;
        (values[0], values[1]) = (1, 0);
        await Server.RegisterAsync("late", other.ToByteArray());
        await Server.PutAsync("/api/v1/online-endpoints/flights/deployments/odd", """{"model":"late:3"}""");
        await CreateAsync("odd", "odd");
        await AskAsync(100);
        await Server.MirroredAsync("odd", 100);

        var judged = await PostAsync("odd", "evaluate");

        Assert.Equal("RolledBack", Status(judged));
        Assert.Contains("disagreement 1 (between", judged["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("""{"blue":100}""", await EndpointAsync("traffic"));
        Assert.Equal("{}", await EndpointAsync("mirrorTraffic"));
    }

    [Fact]
    public async Task A_candidate_that_fails_with_live_traffic_gives_it_back()
    {
        await Server.RegisterAsync("image", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Float));
        await Server.PutAsync("/api/v1/online-endpoints/flights/deployments/image", """{"model":"image:1"}""");
        await CreateAsync("fails", "image", Unshadowed);
        await AskInVainAsync(120, """["AA",100]""");

        var judged = await PostAsync("fails", "evaluate");

        Assert.Equal("RolledBack", Status(judged));
        Assert.Contains("error_rate", judged["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("""{"blue":100,"image":0}""", await EndpointAsync("traffic"));
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
}
