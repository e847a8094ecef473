using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Which rollouts are not begun.</summary>
public sealed class RolloutRefusalTests : RolloutServer
{
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

        using var response = await Server.Client.PostAsync(
            "/api/v1/rollouts", JsonContent.Create(new { definition = yaml.Replace("NAME", "wrong", StringComparison.Ordinal) }), Ct);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(why, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["detail"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("{\"rollouts\":[]}", await Server.Client.GetStringAsync("/api/v1/rollouts", Ct));
    }

    [Fact]
    public async Task An_endpoint_has_one_rollout_at_a_time()
    {
        await CreateAsync("first", "green");
        using var second = await Server.Client.PostAsync("/api/v1/rollouts", Body("second", "green", Shadowed), Ct);
        await PostAsync("first", "abort");
        using var same = await Server.Client.PostAsync("/api/v1/rollouts", Body("first", "green", Shadowed), Ct);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (second.StatusCode, same.StatusCode));
    }
}
