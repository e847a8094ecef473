using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class EdgeTests : EdgeHome
{
    [Fact(Timeout = 180_000)]
    public async Task Processes_elsewhere_answer_alike_and_follow_the_traffic()
    {
        using var one = await StartEdgeAsync("one");
        using var two = await StartEdgeAsync("two");
        await UntilAsync(one, "blue");
        await UntilAsync(two, "blue");

        await MoveAsync("green");

        await UntilAsync(one, "green");
        await UntilAsync(two, "green");
        while ((await InstancesAsync()).Count(instance => (long)instance!["deployments"]![1]!["requests"]! > 0) < 2)
            await Task.Delay(50, Ct);
    }

    [Fact(Timeout = 180_000)]
    public async Task What_was_answered_while_the_server_was_away_is_found_there_when_it_is_back()
    {
        using (var before = await StartEdgeAsync("one"))
            await UntilAsync(before, "blue");
        await StopServerAsync();
        await Edges[0].StopAsync(Ct);
        await Edges[0].DisposeAsync();
        using var edge = await StartEdgeAsync("one");

        Assert.Equal("blue", await AskAsync(edge, "away"));
        await StartServerAsync();

        while (true)
        {
            using var found = await Control.GetAsync($"{Api}/predictions/away.0", Ct);
            if (found.StatusCode == HttpStatusCode.OK)
                break;
            Assert.Equal(HttpStatusCode.NotFound, found.StatusCode);
            await Task.Delay(50, Ct);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Profiles_of_what_was_answered_elsewhere_are_added_up_at_the_server()
    {
        foreach (var name in new[] { "one", "two" })
        {
            using var edge = await StartEdgeAsync(name);
            await AskAsync(edge, "a");
            await AskAsync(edge, "b");
        }

        foreach (var edge in Edges)
            await edge.StopAsync(Ct);

        var profile = (await Control.GetFromJsonAsync<JsonNode>($"{Api}/deployments/blue/profile", Ct))!;
        Assert.Equal(4, (long)profile["rows"]!);
        Assert.Equal(100, (double)profile["columns"]!.AsArray().Single(column => (string)column!["name"]! == "input_distance")!["mean"]!);
    }

    [Fact(Timeout = 180_000)]
    public async Task Rows_that_find_no_room_while_the_server_is_away_are_counted()
    {
        using var edge = await StartEdgeAsync("one", spoolBytes: 0);
        await StopServerAsync();
        await AskAsync(edge, "lost");
        await Edges[0].StopAsync(Ct);
        await Edges[0].DisposeAsync();
        await StartServerAsync();
        using var again = await StartEdgeAsync("one");

        while ((await InstancesAsync()).All(instance => (long)instance!["lostRows"]! == 0))
            await Task.Delay(50, Ct);
    }

    [Fact(Timeout = 180_000)]
    public async Task Something_else_at_the_servers_address_that_finds_nothing_does_not_end_an_endpoint()
    {
        using var edge = await StartEdgeAsync("one");
        await UntilAsync(edge, "blue");
        await StopServerAsync();
        var asked = Channel.CreateUnbounded<string>();
        await using var stranger = await StartStrangerAsync(asked.Writer);

        // Asked once more, it has dealt with the first answer.
        for (var times = 0; times < 2;)
            times += (await asked.Reader.ReadAsync(Ct)).EndsWith("/configuration", StringComparison.Ordinal) ? 1 : 0;

        Assert.Equal("blue", await AskAsync(edge, "still"));
    }

    [Fact(Timeout = 180_000)]
    public async Task An_endpoint_that_is_deleted_is_not_answered_any_more()
    {
        using var edge = await StartEdgeAsync("one");
        await PutAsync($"{Api}/traffic", """{"traffic":{},"reason":"the end"}""");
        using var deleted = await Control.DeleteAsync(Api, Ct);

        await UntilAsync(edge, null);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }
}
