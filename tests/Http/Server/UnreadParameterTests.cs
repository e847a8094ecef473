using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Server;

/// <summary>A parameter that cannot be read is told in one sentence: which, what it was given, what to write.</summary>
public sealed class UnreadParameterTests : RunningServer
{
    private const string Time = "write a time such as 2026-11-28T14:30:00Z.";

    [Theory]
    [InlineData("incidents/statistics?from=xx", "The query parameter 'from' is 'xx'; " + Time)]
    [InlineData("incidents/statistics?to=2026-13-01", "The query parameter 'to' is '2026-13-01'; " + Time)]
    [InlineData("series/points?name=s&from=%22a%20b%22", "The query parameter 'from' is '\"a b\"'; " + Time)]
    [InlineData("jobs?limit=many", "The query parameter 'limit' is 'many'; write a whole number of at most 2147483647.")]
    [InlineData("data?limit=99999999999", "The query parameter 'limit' is '99999999999'; write a whole number of at most 2147483647.")]
    [InlineData("audit?before=1.5", "The query parameter 'before' is '1.5'; write a whole number of at most 9223372036854775807.")]
    [InlineData("backtests/x?wait=soon", "The query parameter 'wait' is 'soon'; write a number such as 0.5.")]
    [InlineData("components?archived=maybe", "The query parameter 'archived' is 'maybe'; write true or false.")]
    [InlineData("jobs?status=Runing", "'Runing' is not a status. Did you mean 'Running'? Known: NotStarted, Queued, Running, CancelRequested, Completed, Failed, Canceled.")]
    [InlineData("lineage/upstream", "The query parameter 'node' is missing.")]
    public async Task It_is_told_in_one_sentence(string request, string sentence)
    {
        using var answer = await Client.GetAsync("/api/v1/" + request, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(sentence, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"]);
    }

    [Fact]
    public async Task A_long_one_is_cut()
    {
        using var answer = await Client.GetAsync("/api/v1/jobs?limit=" + new string('9', 2000), Ct);

        Assert.Equal(
            $"The query parameter 'limit' is '{new string('9', 100)}…'; write a whole number of at most 2147483647.",
            (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"]);
    }
}
