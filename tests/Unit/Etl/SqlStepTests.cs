using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Etl.Columns;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Tracking.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class SqlStepTests(EtlHost host) : IClassFixture<EtlHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inputs_are_tables_and_literals_are_parameters()
    {
        var step = await RunAsync(
            "select x * $factor as y, $name as name, $rate * 2 as rate from rows join other using (x) -- the end",
            new StepInput { Name = "rows", Tree = await host.TreeAsync("a.parquet", "select i as x from range(5) t(i)") },
            new StepInput { Name = "other", Tree = await host.TreeAsync("b.parquet", "select 3 as x") },
            new StepInput { Name = "factor", Literal = "7" },
            new StepInput { Name = "rate", Literal = "0.25" },
            new StepInput { Name = "name", Literal = "it's" });

        Assert.Equal([21L, "it's", 0.5], Assert.Single(Result(step)));
        var run = await host.Get<ITracking>().FindRunAsync(Caller.System, step.RunId, Ct);
        Assert.Equal(1, run!.Metrics["rows"]);
    }

    [Fact]
    public async Task A_query_lies_in_a_file_with_a_semicolon_at_its_end()
    {
        var file = host.File("query.sql");
        await File.WriteAllTextAsync(file, "-- one\nselect 1 as x;\n", Ct);

        var step = await host.RunAsync("sql", $$"""{"query": "{{file}}"}""", outputs: ["result"]);

        Assert.Equal([1], Assert.Single(Result(step)));
    }

    [Fact]
    public async Task The_same_inputs_give_the_same_bytes()
    {
        var rows = new StepInput { Name = "rows", Tree = await host.TreeAsync("r.parquet", "select i as x, hash(i) % 1000 as y from range(300_000) t(i)") };
        const string Query = "select y, count(*) as n, sum(x) as s from rows group by y order by y";

        var (first, second) = (await RunAsync(Query, rows), await RunAsync(Query, rows));

        Assert.Equal(await BytesAsync(first), await BytesAsync(second));
    }

    [Fact]
    public async Task The_columns_of_the_result_are_traced_to_those_of_the_inputs()
    {
        var step = await RunAsync(
            "select k, sum(x * $factor) as total from rows group by k",
            new StepInput { Name = "rows", Tree = await host.TreeAsync("t.parquet", "select 'a' as k, 3 as x"), Node = "data:rows@7" },
            new StepInput { Name = "factor", Literal = "7" });

        var tree = (await host.Get<ContentStore>().PutFolderAsync(step.OutputFolders["result"], null, Ct)).Digest;
        var version = await host.Get<IDataAssets>().CreateAsync(Caller.System, new NewDataVersion { Name = AssetName.Parse("totals"), Tree = tree }, Ct);
        var traced = await host.Get<ShowColumns>().RunAsync(Caller.System, version.Node, Ct);
        Assert.Equal(
            [$"{version.Node}.k identity data:rows@7.k", $"{version.Node}.total aggregate data:rows@7.x"],
            traced.Edges.Select(edge => $"{edge.Node}.{edge.Column} {edge.Kind} {edge.FromNode}.{edge.FromColumn}"));
    }

    [Theory]
    [InlineData("select * from read_text('/etc/passwd')")]
    [InlineData("select 1) to '/tmp/slipway-escaped.parquet' (format parquet); --")]
    [InlineData("select * from read_csv('$HOST')")]
    [InlineData("select 1; select 2")]
    [InlineData("drop table x")]
    [InlineData("select x from nowhere")]
    public async Task A_query_reaches_its_inputs_only(string query)
    {
        var secret = host.File("secret.csv");
        await File.WriteAllTextAsync(secret, "a\n1\n", Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(
            () => RunAsync(query.Replace("$HOST", secret, StringComparison.Ordinal)));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.False(File.Exists("/tmp/slipway-escaped.parquet"));
    }

    [Theory]
    [InlineData("{}", "Give either query, a file, or sql")]
    [InlineData("""{"query": "/x", "sql": "select 1"}""", "Give either query, a file, or sql")]
    public async Task The_query_is_given_once(string settings, string message)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => host.RunAsync("sql", settings));

        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    private Task<TestStep> RunAsync(string query, params StepInput[] inputs) =>
        host.RunAsync("sql", new JsonObject { ["sql"] = query }.ToJsonString(), inputs, ["result"]);

    private IReadOnlyList<object?[]> Result(TestStep step) =>
        host.Rows($"select * from '{step.OutputFolders["result"]}/part.parquet'");

    private static Task<byte[]> BytesAsync(TestStep step) =>
        File.ReadAllBytesAsync(Path.Combine(step.OutputFolders["result"], "part.parquet"), Ct);
}
