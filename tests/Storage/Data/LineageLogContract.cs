using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public abstract class LineageLogContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly Caller s_ann = new(WorkspaceName.Default, "ann");

    private LineageLog Log => field ??= new LineageLog(Database, Time);

    [Fact]
    public async Task What_led_to_a_node_and_what_came_of_it_are_found_nearest_first()
    {
        await GivenTheLoopAsync();

        var up = await Log.UpstreamAsync(WorkspaceName.Default, "deployment:flights/blue", 10, Ct);
        var down = await Log.DownstreamAsync(WorkspaceName.Default, "data:raw@1", 10, Ct);

        Assert.Equal(["serve", "register", "read", "write", "read"], up.Edges.Select(edge => edge.Act));
        Assert.Equal("data:raw@1", up.Edges[^1].From);
        Assert.Equal(["read", "write", "read", "register", "serve"], down.Edges.Select(edge => edge.Act));
        Assert.False(up.Truncated || down.Truncated);
    }

    [Fact]
    public async Task No_more_steps_are_taken_than_asked_for()
    {
        await GivenTheLoopAsync();

        Assert.Equal(2, (await Log.UpstreamAsync(WorkspaceName.Default, "deployment:flights/blue", 2, Ct)).Edges.Count);
        Assert.Empty((await Log.UpstreamAsync(WorkspaceName.Default, "deployment:flights/blue", 0, Ct)).Edges);
    }

    [Fact]
    public async Task An_edge_keeps_who_when_and_why()
    {
        await Log.AppendAsync(s_ann, [new NewEdge("accept", "gate:1", "model:flights@2", """{"auc":0.7}""")], Ct);

        var edge = Assert.Single((await Log.UpstreamAsync(WorkspaceName.Default, "model:flights@2", 1, Ct)).Edges);

        Assert.Equal(
            ("default", "ann", Time.GetUtcNow(), "accept", "gate:1", "model:flights@2", """{"auc":0.7}"""),
            (edge.Workspace, edge.Principal, edge.Time, edge.Act, edge.From, edge.To, edge.Detail));
    }

    [Fact]
    public async Task A_cycle_ends_the_walk_and_each_edge_is_told_once()
    {
        await Log.AppendAsync(s_ann, [new("read", "data:a", "data:b"), new("read", "data:b", "data:c"), new("read", "data:c", "data:a")], Ct);

        Assert.Equal(3, (await Log.DownstreamAsync(WorkspaceName.Default, "data:a", 100, Ct)).Edges.Count);
    }

    [Fact]
    public async Task An_act_that_is_told_twice_with_the_same_key_is_kept_once()
    {
        for (var i = 0; i < 2; i++)
            await Log.AppendAsync(s_ann, [new NewEdge("read", "data:a", "run:1", Key: "run:1/inputs/a")], Ct);
        await Log.AppendAsync(s_ann with { Workspace = WorkspaceName.Parse("other") }, [new NewEdge("read", "data:a", "run:1", Key: "run:1/inputs/a")], Ct);

        Assert.Single((await Log.UpstreamAsync(WorkspaceName.Default, "run:1", 1, Ct)).Edges);
        Assert.Single((await Log.UpstreamAsync(WorkspaceName.Parse("other"), "run:1", 1, Ct)).Edges);
    }

    [Fact]
    public async Task Acts_without_a_key_are_all_kept()
    {
        await Log.AppendAsync(s_ann, [new("read", "data:a", "run:1"), new("read", "data:a", "run:1")], Ct);

        Assert.Equal(2, (await Log.UpstreamAsync(WorkspaceName.Default, "run:1", 1, Ct)).Edges.Count);
    }

    [Fact]
    public async Task Nothing_of_another_workspace_is_seen()
    {
        await GivenTheLoopAsync();

        Assert.Empty((await Log.UpstreamAsync(WorkspaceName.Parse("other"), "deployment:flights/blue", 10, Ct)).Edges);
    }

    [Fact]
    public async Task An_edge_is_kept_with_the_write_that_it_tells_of_or_not_at_all()
    {
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => Database.WriteAsync(
            async (tx, ct) =>
            {
                await Log.AppendAsync(tx, s_ann, [new NewEdge("read", "data:a", "run:1")], ct);
                throw new TimeZoneNotFoundException();
            },
            Ct));

        Assert.Empty((await Log.UpstreamAsync(WorkspaceName.Default, "run:1", 1, Ct)).Edges);
    }

    [Fact]
    public async Task A_graph_that_is_too_large_says_so()
    {
        var log = new LineageLog(Database, Time) { MaxEdges = 600 };
        await log.AppendAsync(s_ann, Enumerable.Range(0, 600).Select(i => new NewEdge("predict", "run:1", $"prediction:{i}")), Ct);
        Assert.False((await log.DownstreamAsync(WorkspaceName.Default, "run:1", 3, Ct)).Truncated);

        await log.AppendAsync(s_ann, [new NewEdge("label", "prediction:17", "data:labels@1")], Ct);
        var graph = await log.DownstreamAsync(WorkspaceName.Default, "run:1", 3, Ct);

        Assert.True(graph.Truncated);
        Assert.Equal(600, graph.Edges.Count);
    }

    [Theory]
    [InlineData("flights")]
    [InlineData("Data:flights")]
    [InlineData("data:")]
    [InlineData("data:a@")]
    [InlineData("data:a@1@2")]
    [InlineData("data:a\nb")]
    public async Task What_is_no_node_is_refused(string node)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Log.AppendAsync(s_ann, [new NewEdge("read", node, "run:1")], Ct));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }

    private Task GivenTheLoopAsync() => Log.AppendAsync(
        s_ann,
        [
            new("read", "data:raw@1", "run:prepare"),
            new("write", "run:prepare", "data:features@1"),
            new("read", "data:features@1", "run:train"),
            new("register", "run:train", "model:flights@1"),
            new("serve", "model:flights@1", "deployment:flights/blue"),
            new("read", "data:unrelated@1", "run:unrelated"),
        ],
        Ct);
}

public sealed class LineageLogOnSqlite() : LineageLogContract(DatabaseProvider.Sqlite);

public sealed class LineageLogOnPostgres() : LineageLogContract(DatabaseProvider.Postgres);
