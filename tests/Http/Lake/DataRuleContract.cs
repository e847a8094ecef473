using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Gates;
using Slipway.Lake.Retention;
using Slipway.Security.Access;
using Slipway.Security.Audit;
using Xunit;

namespace Slipway.Http.Lake;

/// <summary>What may be used of a data asset, under which names, and how long.</summary>
public abstract class DataRuleContract(LakeServer server)
{
    private const string Suite = "name: prices\nexpectations: [{expect: not_null, column: price}]";
    private const string Good = "select 1.5 as price";
    private const string Bad = "select null::double as price";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_that_does_not_pass_the_gate_is_kept_from_everybody_who_does_not_ask_for_it_by_number()
    {
        await server.TableAsync("gated", Bad);
        await PutAsync("gated/gate", new { Suite });

        var held = await server.TableAsync("gated", Bad);
        var passed = await server.TableAsync("gated", Good);
        var latest = await server.TableAsync("gated", Bad, Good);

        Assert.Equal("The data does not pass prices: not_null(price) fails on 1 of 1 rows (100 %); 0 % may.", held.Quarantine);
        Assert.Null(passed.Quarantine);
        Assert.NotNull(latest.Quarantine);
        Assert.Equal("3", (string)(await server.GetAsync("/api/v1/data/gated/versions/latest"))["version"]!);
        Assert.Equal("n\r\n1\r\n", await SqlAsync("select count(*) as n from 'data:gated'"));
        Assert.Equal("n\r\n1\r\n", await SqlAsync("select count(*) as n from 'data:gated@2999-01-01T00:00:00Z'"));
        Assert.Equal("n\r\n2\r\n", await SqlAsync("select count(*) as n from 'data:gated@4'"));
        Assert.Equal(["4", "3", "2", "1"], Names((await server.GetAsync("/api/v1/data/gated/versions"))["versions"]!));
        Assert.Equal("3", (string)(await server.GetAsync("/api/v1/data?after=gate&limit=1"))["versions"]![0]!["version"]!);
        var runs = (await server.GetAsync("/api/v1/data-tests?name=gated"))["runs"]!.AsArray();
        Assert.Equal([("4", false), ("3", true), ("2", false)], runs.Select(run => ((string)run!["version"]!, (bool)run["passed"]!)));
        Assert.Equal(HttpStatusCode.NoContent, (await server.Client.DeleteAsync("/api/v1/data/gated/gate", Ct)).StatusCode);
        Assert.Null((await server.TableAsync("gated", Bad)).Quarantine);
    }

    [Theory]
    [InlineData("part.csv", "cost\n1\n", "It could not be tested: suite.yml:2:16: The data has no column 'price'.")]
    [InlineData("part.parquet", "PAR1 and no more", "It could not be tested: The data cannot be read: ")]
    [InlineData("picture.png", "?", "It could not be tested: The 1 files of this version are no table")]
    [InlineData("part.csv", "price,b\n1,2\n3\n4,5\n", "It could not be tested: The data cannot be read: line 3 of part.csv has 1 fields, and its header has 2.")]
    public async Task What_cannot_be_tested_has_not_passed(string file, string content, string reason)
    {
        await PutAsync("untestable/gate", new { Suite });

        var version = await server.TextAsync("untestable", file, content);

        Assert.StartsWith(reason, version.Quarantine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_who_may_approve_lets_a_version_go_and_the_audit_says_why_and_against_what()
    {
        await PutAsync("released/gate", new { Suite });
        await server.TableAsync("released", Bad);
        var contributor = new Caller(WorkspaceName.Default, "carl");
        await server.Services.GetRequiredService<RoleStore>().AssignAsync(Caller.System, "carl", Role.Parse("contributor"), Ct);

        var refused = await Assert.ThrowsAsync<SlipwayException>(() => server.Services.GetRequiredService<QuarantineVersion>()
            .ReleaseAsync(contributor, AssetName.Parse("released"), "1", "I want to", Ct));
        var without = await server.PostAsync("/api/v1/data/released/versions/1/release", new { Reason = " " });
        var released = await server.PostAsync("/api/v1/data/released/versions/1/release", new { Reason = "known gap of May" });
        var twice = await server.PostAsync("/api/v1/data/released/versions/1/release", new { Reason = "again" });

        Assert.Equal(ErrorCode.PermissionDenied, refused.Code);
        Assert.Equal((400, 200, 409), (without.Status, released.Status, twice.Status));
        Assert.Equal("1", (string)(await server.GetAsync("/api/v1/data/released/versions/latest"))["version"]!);
        var audit = await server.Services.GetRequiredService<AuditLog>().ListAsync(WorkspaceName.Default, "data:released@1", before: null, limit: 10, Ct);
        var entry = Assert.Single(audit, entry => entry.Action == "data.release");
        Assert.Equal("known gap of May", (string)JsonNode.Parse(entry.Detail!)!["reason"]!);
        Assert.StartsWith("The data does not pass prices", (string)JsonNode.Parse(entry.Detail!)!["quarantine"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suite_with_mistakes_is_no_gate()
    {
        using var answer = await server.Client.PutAsJsonAsync(
            "/api/v1/data/mistaken/gate", new { Suite = "expectations: [{expect: not_nul, column: a}]", Source = "t.yml" }, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith(
            "t.yml:1:25: 'not_nul' is no expectation. Did you mean 'not_null'?",
            (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"]!,
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/api/v1/data/mistaken/gate", Ct)).StatusCode);
    }

    [Fact]
    public async Task What_is_in_quarantine_is_no_measure_for_later_versions()
    {
        await PutAsync("measured/gate", new { Suite = "name: h\nexpectations: [{expect: anomaly, measure: count(*), rule: change, max: 0.5}]" });
        await server.TableAsync("measured", "select range as x from range(100)");

        var tenfold = await server.TableAsync("measured", "select range as x from range(1000)");
        var again = await server.TableAsync("measured", "select range as x from range(1001)");
        var usual = await server.TableAsync("measured", "select range as x from range(110)");

        Assert.Contains("it is 1000 after 100", tenfold.Quarantine, StringComparison.Ordinal);
        Assert.Contains("it is 1001 after 100", again.Quarantine, StringComparison.Ordinal);
        Assert.Null(usual.Quarantine);
    }

    [Fact]
    public async Task A_label_stands_wherever_a_version_is_named_and_never_on_what_is_held_back()
    {
        await server.TableAsync("labelled", "select 1 as x");
        await server.TableAsync("labelled", "select 2 as x");

        await PutAsync("labelled/labels/production", new { Version = "1" });
        await PutAsync("labelled/labels/checked", new { Version = "1" });
        var first = await SqlAsync("from 'data:labelled@production'");
        await PutAsync("labelled/labels/production", new { Version = "2" });
        var second = await SqlAsync("from 'data:labelled@production'");
        var held = await server.PostAsync("/api/v1/data/labelled/versions/2/quarantine", new { Reason = "wrong currency" });
        var read = await server.PostAsync("/api/v1/sql", new { Sql = "from 'data:labelled@production'" });

        Assert.Equal(("x\r\n1\r\n", "x\r\n2\r\n", 200), (first, second, held.Status));
        Assert.Equal(409, read.Status);
        Assert.Equal("The label 'production' stands on data:labelled@2, which is in quarantine; move the label, or release the version. wrong currency", read.Text);
        Assert.Equal("x\r\n1\r\n", await SqlAsync("from 'data:labelled@latest'"));
        Assert.Equal(["checked"], (await server.GetAsync("/api/v1/data/labelled/versions/checked"))["labels"]!.AsArray().Select(label => (string)label!));
        Assert.Equal(["checked:1", "production:2"], (await server.GetAsync("/api/v1/data/labelled/labels"))["labels"]!.AsArray().Select(label => $"{label!["label"]}:{label["version"]}"));
    }

    [Theory]
    [InlineData("latest", "1", 400)]
    [InlineData("1", "1", 400)]
    [InlineData("a%20b", "1", 400)]
    [InlineData("beta", "1", 409)]
    [InlineData("production", "9", 404)]
    [InlineData("production", "latest", 404)]
    [InlineData("production", "2", 409)]
    public async Task A_label_that_would_mislead_is_refused(string label, string version, int status)
    {
        var name = $"mislead-{Path.GetRandomFileName()}";
        await server.TableAsync(name, "select 1 as x");
        await server.TableAsync(name, "select 2 as x");
        await server.PostAsync($"/api/v1/data/{name}/versions/2/quarantine", new { Reason = "wrong" });
        var tree = (string)(await server.GetAsync($"/api/v1/data/{name}/versions/1"))["tree"]!;
        await server.PostAsync($"/api/v1/data/{name}/versions", new { Tree = tree, Version = "beta" });

        using var answer = await server.Client.PutAsJsonAsync($"/api/v1/data/{name}/labels/{label}", new { Version = version }, Ct);

        Assert.True(status == (int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task A_labelled_version_is_not_deleted_and_its_label_is_no_name_of_another()
    {
        await server.TableAsync("precious", "select 1 as x");
        var tree = (string)(await server.GetAsync("/api/v1/data/precious/versions/1"))["tree"]!;
        await PutAsync("precious/labels/prod", new { Version = "1" });

        var taken = await server.PostAsync("/api/v1/data/precious/versions", new { Tree = tree, Version = "prod" });
        var byLabel = (await server.Client.DeleteAsync("/api/v1/data/precious/versions/prod", Ct)).StatusCode;
        var labelled = (await server.Client.DeleteAsync("/api/v1/data/precious/versions/1", Ct)).StatusCode;
        await server.Client.DeleteAsync("/api/v1/data/precious/labels/prod", Ct);
        var deleted = (await server.Client.DeleteAsync("/api/v1/data/precious/versions/1", Ct)).StatusCode;

        Assert.Equal(409, taken.Status);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Conflict, HttpStatusCode.NoContent), (byLabel, labelled, deleted));
    }

    [Fact]
    public async Task A_collection_forgets_what_a_rule_does_not_keep()
    {
        for (var i = 1; i <= 6; i++)
            await server.TextAsync("kept", "part.csv", $"x\n{i}\n");
        await PutAsync("kept/labels/reference", new { Version = "1" });
        await server.Client.PatchAsJsonAsync("/api/v1/data/kept/versions/2", new { Tags = new { legal_hold = "case 7" } }, Ct);
        await server.PostAsync("/api/v1/data/kept/versions/6/quarantine", new { Reason = "wrong" });

        var rule = await PutAsync("kept/retention", new { KeepVersions = 1 });
        var dry = await RetireAsync(dryRun: true);
        var before = await VersionsAsync("kept");
        await RetireAsync(dryRun: false);

        Assert.Equal(["4", "3"], rule["over"]!.AsArray().Select(version => (string)version!));
        Assert.True(dry >= 2);
        Assert.Equal(6, before.Count);
        Assert.Equal(["6", "5", "2", "1"], await VersionsAsync("kept"));
        Assert.Equal("5", (string)(await server.GetAsync("/api/v1/data/kept/versions/latest"))["version"]!);
        Assert.Equal("7", (await server.TextAsync("kept", "part.csv", "x\n7\n")).Version);
    }

    [Fact]
    public async Task What_a_registered_model_was_made_from_is_not_forgotten()
    {
        for (var i = 1; i <= 4; i++)
            await server.TextAsync("trained", "part.csv", $"x\n{i}\n");
        var tree = (string)(await server.GetAsync("/api/v1/data/trained/versions/1"))["tree"]!;
        var (status, text) = await server.PostAsync("/api/v1/models/delays/versions", new { Tree = tree, Flavor = "custom" });
        await server.Services.GetRequiredService<LineageLog>().AppendAsync(
            Caller.System,
            [
                new NewEdge("read", "data:trained@1", "run:clean"), new NewEdge("wrote", "run:clean", "tree:clean"),
                new NewEdge("read", "tree:clean", "run:train"), new NewEdge("registered", "run:train", "model:delays@1"),
                new NewEdge("read", "data:trained@2", "run:other"), new NewEdge("registered", "run:other", "model:gone@1"),
            ],
            Ct);

        var rule = await PutAsync("trained/retention", new { KeepVersions = 1 });
        await RetireAsync(dryRun: false);

        Assert.True(status == 200, text);
        Assert.Equal(["3", "2"], rule["over"]!.AsArray().Select(version => (string)version!));
        Assert.Equal(["4", "1"], await VersionsAsync("trained"));
    }

    [Theory]
    [InlineData(2_000, new[] { "2", "1" })]
    [InlineData(3_999, new[] { "2", "1" })]
    [InlineData(4_000, new[] { "1" })]
    [InlineData(5_000, new string[0])]
    [InlineData(1, new[] { "3", "2", "1" })]
    public async Task A_rule_by_size_counts_what_versions_share_once(long bytes, string[] over)
    {
        // Version 4 is 1,000 bytes of its own and 1,000 that it shares with 3, which has 0 more; 2 and 1 have 2,000 and 1,000 more.
        var name = $"sized-{Path.GetRandomFileName()}";
        await server.FilesAsync(name, new() { ["a.bin"] = Bytes(1) });
        await server.FilesAsync(name, new() { ["a.bin"] = Bytes(2), ["b.bin"] = Bytes(3) });
        await server.FilesAsync(name, new() { ["a.bin"] = Bytes(4) });
        await server.FilesAsync(name, new() { ["a.bin"] = Bytes(4), ["b.bin"] = Bytes(5) });

        var rule = await PutAsync($"{name}/retention", new { KeepBytes = bytes });

        Assert.Equal(over, rule["over"]!.AsArray().Select(version => (string)version!));
    }

    [Theory]
    [InlineData(null, null, "A rule of retention needs keepVersions, keepBytes, or both.")]
    [InlineData(0L, null, "keepVersions is 0; it must be at least 1.")]
    [InlineData(null, -1L, "keepBytes is -1; it must be at least 1.")]
    public async Task A_rule_that_says_nothing_or_too_little_is_refused(long? versions, long? bytes, string message)
    {
        using var answer = await server.Client.PutAsJsonAsync("/api/v1/data/nothing/retention", new { KeepVersions = versions, KeepBytes = bytes }, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(message, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"]!);
    }

    private static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, 1_000)];

    private Task<int> RetireAsync(bool dryRun) =>
        server.Services.GetRequiredService<VersionRetention>().ApplyAsync(RetentionRules.None, dryRun, Ct);

    private async Task<List<string>> VersionsAsync(string name) => Names((await server.GetAsync($"/api/v1/data/{name}/versions"))["versions"]!);

    private static List<string> Names(JsonNode versions) => [.. versions.AsArray().Select(version => (string)version!["version"]!)];

    private async Task<JsonNode> PutAsync(string path, object body)
    {
        using var answer = await server.Client.PutAsJsonAsync($"/api/v1/data/{path}", body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<string> SqlAsync(string sql)
    {
        var (status, text) = await server.PostAsync("/api/v1/sql", new { Sql = sql, Format = "csv" });
        Assert.True(status == 200, text);
        return text;
    }
}

public sealed class DataRulesOnSqlite(LakeServer server) : DataRuleContract(server), IClassFixture<LakeServer>;

public sealed class DataRulesOnPostgres(LakeServerOnPostgres server) : DataRuleContract(server), IClassFixture<LakeServerOnPostgres>;
