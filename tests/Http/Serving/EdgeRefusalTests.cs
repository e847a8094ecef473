using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>What a process and the server refuse of each other.</summary>
public sealed class EdgeRefusalTests : EdgeHome
{
    [Fact(Timeout = 180_000)]
    public async Task Without_a_server_or_an_endpoint_it_does_not_start_and_says_why()
    {
        var unknown = await Assert.ThrowsAsync<SlipwayException>(() => StartEdgeAsync("one", endpoint: "flihgts"));
        await StopServerAsync();
        var away = await Assert.ThrowsAsync<SlipwayException>(() => StartEdgeAsync("two"));

        Assert.Equal((ErrorCode.NotFound, ErrorCode.Unavailable), (unknown.Code, away.Code));
        Assert.Contains("flihgts", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_is_taken_only_when_its_file_holds_what_is_said()
    {
        var content = Server!.Services.GetRequiredService<ContentStore>();
        var text = await content.PutBytesAsync("no parquet"u8.ToArray(), Ct);

        var refusals = new[]
        {
            await TellAsync($$"""{"deployment":"blue","model":"late","modelVersion":1,"digest":"{{text.Digest}}"}"""),
            await TellAsync($$"""{"deployment":"blue","model":"late","modelVersion":1,"digest":"{{Digest.Of("nothing"u8)}}"}"""),
            await TellAsync("""{"deployment":"blue"}"""),
            await TellAsync("[]"),
        };

        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], refusals);
    }

    [Theory]
    [InlineData("one", "{}")]
    [InlineData("01980000000070008000000000000001", "{}")]
    [InlineData("01980000000070008000000000000001", "nothing")]
    public async Task A_report_that_is_none_is_refused(string instance, string report)
    {
        using var answer = await Control.PutAsync($"{Api}/instances/{instance}", ServingServer.Json(report), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(await InstancesAsync());
    }

    private async Task<HttpStatusCode> TellAsync(string segment)
    {
        using var answer = await Control.PostAsync($"{Api}/segments", ServingServer.Json(segment), Ct);
        return answer.StatusCode;
    }
}
