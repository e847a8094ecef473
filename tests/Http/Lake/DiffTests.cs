using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class DiffTests(LakeServer server) : IClassFixture<LakeServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_that_came_went_changed_and_moved_are_told_apart()
    {
        await FilesAsync("files", ("same", "1"), ("changed", "22"), ("gone", "333"), ("old/name", "moved"));
        await FilesAsync("files", ("same", "1"), ("changed", "2222"), ("fresh", "55555"), ("new/name", "moved"));

        var diff = await DiffAsync("files", "");

        var files = diff["files"]!;
        Assert.Equal(
            """{"same":1,"added":[{"path":"fresh","size":5}],"removed":[{"path":"gone","size":3}],"changed":[{"path":"changed","sizeBefore":2,"sizeAfter":4}],"moved":[{"from":"old/name","to":"new/name"}]}""",
            files.ToJsonString());
        Assert.Null(diff["table"]);
        Assert.Contains("  > old/name → new/name", await TextAsync("files", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_are_matched_by_their_key_and_the_changes_counted_by_column()
    {
        await server.TableAsync("keyed", "select range as id, range % 3 as a, 'x' as b, 1 as old from range(100)");
        await server.TableAsync("keyed", "select range as id, if(range < 30, 9, range % 3) as a, if(range < 10, null, 'x') as b, 2.0 as new from range(20, 120) union all select range, range % 3, 'x', 2.0 from range(0, 20) where range >= 15");

        var table = (await DiffAsync("keyed", "&key=id"))["table"]!;

        var rows = table["rows"]!;
        Assert.Equal((100, 105, 20, 15), ((int)rows["before"]!, (int)rows["after"]!, (int)rows["added"]!, (int)rows["removed"]!));
        Assert.Equal((10, 75), ((int)rows["changed"]!, (int)rows["same"]!));
        Assert.Equal("""{"a":10}""", rows["changedByColumn"]!.ToJsonString());
        Assert.Equal("new", (string?)table["columns"]!["added"]![0]!["name"]);
        Assert.Equal("old", (string?)table["columns"]!["removed"]![0]!["name"]);
    }

    [Fact]
    public async Task Without_a_key_rows_are_a_multiset_and_types_do_not_matter()
    {
        await server.TableAsync("bag", "select unnest([1, 1, 2, 3]) as x");
        await server.TableAsync("bag", "select unnest(['1', '3', '3', '4']) as x");

        var table = (await DiffAsync("bag", ""))["table"]!;

        Assert.Equal((2, 2, 2), ((int)table["rows"]!["added"]!, (int)table["rows"]!["removed"]!, (int)table["rows"]!["same"]!));
        Assert.Null(table["rows"]!["changed"]);
        Assert.Equal("""[{"name":"x","typeBefore":"INTEGER","typeAfter":"VARCHAR"}]""", table["columns"]!["retyped"]!.ToJsonString());
    }

    [Fact]
    public async Task Rows_of_files_that_both_versions_have_are_the_same_and_those_of_the_others_are_counted()
    {
        const string Shared = "select range as x, null::int as y from range(1000)";
        await server.TableAsync("grown", Shared, Shared, "select unnest([1, 1, 5000]) as x");
        await server.TableAsync("grown", Shared, "select unnest([1, 6000])::smallint as x, null::int as y");

        var table = (await DiffAsync("grown", ""))["table"]!;

        var rows = table["rows"]!;
        Assert.Equal((2003, 1002), ((int)rows["before"]!, (int)rows["after"]!));
        Assert.Equal((1, 1002, 1001), ((int)rows["added"]!, (int)rows["removed"]!, (int)rows["same"]!));
    }

    [Fact]
    public async Task Statistics_tell_how_far_a_column_has_moved()
    {
        await server.TableAsync("moved", "select range as n, if(range < 50, 'a', 'b') as w, range as still from range(100)");
        await server.TableAsync("moved", "select if(range < 25, null, range + 50) as n, if(range < 25, 'a', 'c') as w, range as still from range(100)");

        var statistics = (await DiffAsync("moved", ""))["table"]!["statistics"]!.AsArray().ToDictionary(column => (string)column!["name"]!);

        // Of 75 values from 75 to 149 none is below 75, and 75 of 100 are.
        Assert.Equal(0.75, (double)statistics["n"]!["distance"]!, 1e-9);
        Assert.Equal((0, 0.25), ((double)statistics["n"]!["before"]!["nullShare"]!, (double)statistics["n"]!["after"]!["nullShare"]!));
        Assert.Equal((49.5, 112.0), ((double)statistics["n"]!["before"]!["mean"]!, (double)statistics["n"]!["after"]!["mean"]!));
        Assert.Equal(0.75, (double)statistics["w"]!["distance"]!, 1e-9);
        Assert.Equal(0, (double)statistics["still"]!["distance"]!);
    }

    [Theory]
    [InlineData("to=2&key=a", "400 key: a is not unique in data:refused@1: 8 rows have the key of another one.")]
    [InlineData("to=2&key=ib", "400 key: 'ib' is no column of both versions. Did you mean 'id'?")]
    [InlineData("to=7", "404 Data version 'refused@7' does not exist.")]
    [InlineData("to=2&format=xml", "400 'xml' is no format of a difference.")]
    public async Task A_difference_that_cannot_be_told_is_refused(string query, string message)
    {
        if ((await server.Client.GetAsync("/api/v1/data/refused/versions/2", Ct)).StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            await server.TableAsync("refused", "select range as id, range % 2 as a from range(10)");
            await server.TableAsync("refused", "select range as id, range % 2 as a from range(11)");
        }

        using var answer = await server.Client.GetAsync($"/api/v1/data/refused/versions/1/diff?{query}", Ct);

        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        Assert.StartsWith(message, $"{(int)answer.StatusCode} {problem["detail"]}", StringComparison.Ordinal);
    }

    private Task FilesAsync(string name, params (string Path, string Text)[] files) =>
        server.FilesAsync(name, files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text)));

    private async Task<JsonNode> DiffAsync(string name, string options) =>
        JsonNode.Parse(await server.Client.GetStringAsync($"/api/v1/data/{name}/versions/1/diff?to=2{options}", Ct))!;

    private Task<string> TextAsync(string name, string options) =>
        server.Client.GetStringAsync($"/api/v1/data/{name}/versions/1/diff?to=2&format=text{options}", Ct);
}
