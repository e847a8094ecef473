using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class ProfileTests(LakeServer server) : IClassFixture<LakeServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_profile_counts_what_the_columns_hold()
    {
        await server.TableAsync("trips", "select range as id, if(range % 4 = 0, null, range / 2.0) as half, 'w' || range % 3 as word, timestamp '2001-01-01' + interval (range) minute as at, range % 2 = 0 as even from range(1000)");

        var profile = await ProfileAsync("trips");

        Assert.Equal(1000, (int)profile["rows"]!);
        var (id, half, word, at, even) = (Column(profile, "id"), Column(profile, "half"), Column(profile, "word"), Column(profile, "at"), Column(profile, "even"));
        Assert.Equal((0, 999, 499.5), ((int)id["values"]!["min"]!, (int)id["values"]!["max"]!, (double)id["values"]!["mean"]!));
        Assert.Equal(288.8194, (double)id["values"]!["standardDeviation"]!, 1e-4);
        Assert.Equal(499, (int)id["values"]!["quantiles"]!["0.5"]!);
        Assert.InRange((long)id["distinct"]!, 950, 1050);
        Assert.Equal((250, 0.5), ((int)half["nulls"]!, (double)half["values"]!["min"]!));
        Assert.Equal((3, 0.0), ((int)word["distinct"]!, (double)word["distinctError"]!));
        Assert.Equal(["w0 334", "w1 333", "w2 333"], word["top"]!.AsArray().Select(top => $"{top!["value"]} {top["count"]}").Order());
        Assert.Equal(("2001-01-01T00:00:00Z", "2001-01-01T16:39:00Z"), (at["values"]!["min"]!.ToString(), at["values"]!["max"]!.ToString()));
        Assert.Equal(("boolean", 0.5), (even["kind"]!.ToString(), (double)even["values"]!["mean"]!));
        Assert.Equal(1000, id["values"]!["histogram"]!["counts"]!.AsArray().Sum(count => (int)count!));
    }

    [Fact]
    public async Task Nested_columns_are_profiled_by_their_path()
    {
        await server.TableAsync("nested", "select {x: range, tags: ['a', 'b']} as point, if(range = 0, null, [range, null]) as list, map {'k': range} as entries, uuid() as id, date '2001-01-01' as day from range(10)");

        var profile = await ProfileAsync("nested");

        Assert.Equal(
            ["point.x", "point.tags", "point.tags[]", "list", "list[]", "entries", "entries[].key", "entries[].value", "id", "day"],
            profile["columns"]!.AsArray().Select(column => column!["name"]!.ToString()));
        Assert.Equal((20, 2), ((int)Column(profile, "point.tags[]")["count"]!, (int)Column(profile, "point.tags[]")["distinct"]!));
        Assert.Equal((1, 9), ((int)Column(profile, "list")["nulls"]!, (int)Column(profile, "list[]")["nulls"]!));
        Assert.Equal(10, (int)Column(profile, "id")["distinct"]!);
        Assert.Equal("2001-01-01T00:00:00Z", Column(profile, "day")["values"]!["max"]!.ToString());
    }

    [Fact]
    public async Task Parts_are_merged_as_if_they_were_one()
    {
        await server.TableAsync("parts", "select range as id, 'x' as only from range(0, 600)", "select range as id from range(600, 1000)");
        await server.TableAsync("whole", "select range as id, if(range < 600, 'x', null) as only from range(1000)");

        var (parts, whole) = (await ProfileAsync("parts"), await ProfileAsync("whole"));

        Assert.Equal(1000, (int)parts["rows"]!);
        foreach (var field in new[] { "count", "nulls", "distinct" })
            Assert.Equal(whole["columns"]!.AsArray().Select(column => (long)column![field]!), parts["columns"]!.AsArray().Select(column => (long)column![field]!));
        Assert.Equal(Column(whole, "id")["values"]!["quantiles"]!.ToJsonString(), Column(parts, "id")["values"]!["quantiles"]!.ToJsonString());
    }

    [Fact]
    public async Task Parts_of_different_types_are_profiled_as_the_table_that_they_make()
    {
        await server.TableAsync("mixed", "select 1 as id", "select 'two' as id");

        var id = Column(await ProfileAsync("mixed"), "id");

        Assert.Equal(("text", 2), (id["kind"]!.ToString(), (int)id["distinct"]!));
    }

    [Fact]
    public async Task The_page_stands_alone_and_shows_markup_as_text()
    {
        await server.TableAsync("page", "select '<script>alert(1)</script>' as \"<b>\"");

        using var answer = await server.Client.GetAsync("/api/v1/data/page/versions/latest/profile?format=html", Ct);
        var page = await answer.Content.ReadAsStringAsync(Ct);
        var text = await server.Client.GetStringAsync("/api/v1/data/page/versions/latest/profile?format=text", Ct);

        Assert.StartsWith("default-src 'none'; style-src 'unsafe-inline'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.StartsWith("<!doctype html>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", page, StringComparison.Ordinal);
        Assert.Contains("<b>  VARCHAR", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/data/none/versions/1/profile", HttpStatusCode.NotFound, "Data version 'none@1' does not exist.")]
    [InlineData("/api/v1/data/cut/versions/1/profile?format=pdf", HttpStatusCode.BadRequest, "'pdf' is no format of a profile. Known: json, text, html.")]
    [InlineData("/api/v1/data/cut/versions/1/profile", HttpStatusCode.BadRequest, "cut.parquet")]
    [InlineData("/api/v1/data/ragged/versions/1/profile", HttpStatusCode.BadRequest, "line 4 of ragged.csv has 4 fields, and its header has 2.")]
    [InlineData("/api/v1/data/latin/versions/1/profile", HttpStatusCode.BadRequest, "The data cannot be read: line 3 of latin.csv is not UTF-8 (it has the byte 0xE9).")]
    [InlineData("/api/v1/data/prose/versions/1/profile", HttpStatusCode.BadRequest, "are no table")]
    public async Task What_cannot_be_profiled_is_refused_with_the_place(string path, HttpStatusCode status, string part)
    {
        await GivenDamagedFilesAsync();

        using var answer = await server.Client.GetAsync(path, Ct);
        var detail = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"]!.ToString();

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(part, detail, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Home, detail, StringComparison.Ordinal);
    }

    private async Task GivenDamagedFilesAsync()
    {
        await server.TableAsync("intact", "select range as id from range(5000)");
        var folder = Directory.GetFiles(server.Home, "*.parquet").Select(File.ReadAllBytes).First(bytes => bytes.Length > 1000);
        await server.FilesAsync("cut", new() { ["cut.parquet"] = folder[..(folder.Length / 2)] });
        await server.TextAsync("ragged", "ragged.csv", "a,b\n1,2\n3,4\n5,6,7,8\n9,10\n");
        await server.FilesAsync("latin", new() { ["latin.csv"] = [.. "a,b\n1,x\n2,"u8, 0xE9, .. "\n3,y\n"u8] });
        await server.TextAsync("prose", "readme.md", "# Hello");
    }

    private async Task<JsonNode> ProfileAsync(string name) => await server.GetAsync($"/api/v1/data/{name}/versions/latest/profile");

    private static JsonNode Column(JsonNode profile, string name) =>
        profile["columns"]!.AsArray().Single(column => column!["name"]!.ToString() == name)!;
}
