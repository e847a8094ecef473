using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class DataTestRunTests(LakeServer server) : IClassFixture<LakeServer>
{
    private const string Trips =
        "select range as id, range % 7 as day, if(range % 10 = 0, null, range / 10.0) as price, ['ORD', 'SFO', 'JFK'][range % 3 + 1] as airport from range(1000)";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_suite_is_run_over_a_version_and_its_result_is_kept()
    {
        await server.TableAsync("kept", Trips);

        var run = await RunAsync("kept", "name: kept\nexpectations: [{expect: not_null, columns: [id, price]}, {expect: unique, columns: [day]}]");
        var list = await server.GetAsync("/api/v1/data-tests?name=kept");

        Assert.Equal([("not_null(id)", 0), ("not_null(price)", 100), ("unique", 993)], Found(run).Select(found => (found["name"]!.ToString(), (int)found["failed"]!)));
        Assert.False((bool)run["passed"]!);
        Assert.Equal(5, Found(run)[1]["sample"]!.AsArray().Count);
        Assert.Null(Found(run)[1]["sample"]![0]!["price"]);
        Assert.Equal(0, (int)Found(run)[1]["sample"]![0]!["id"]! % 10);
        Assert.Equal(run["id"]!.ToString(), list["runs"]![0]!["id"]!.ToString());
        Assert.Equal("kept", (await server.GetAsync($"/api/v1/data-tests/{run["id"]}"))["suite"]!.ToString());
    }

    [Theory]
    [InlineData("{expect: quantile, column: price, quantile: 0.5, min: 45, max: 55}", true)]
    [InlineData("{expect: quantile, column: price, quantile: 0.5, max: 45}", false)]
    [InlineData("{expect: measure, measure: avg(day), min: 2.9, max: 3.1}", true)]
    [InlineData("{expect: measure, measure: avg(day), max: 2.9}", false)]
    [InlineData("{expect: measure, measure: sum(null::int), max: 2.9}", false)]
    [InlineData("{expect: foreign_key, column: airport, references: airports, key: code}", false)]
    [InlineData("{expect: foreign_key, column: airport, references: airports@latest, key: code, mostly: 0.66}", true)]
    [InlineData("{expect: distribution, column: price, reference: other@1, max: 0.05}", true)]
    [InlineData("{expect: distribution, column: airport, reference: other@1, max: 0.05}", false)]
    [InlineData("{expect: distribution, column: day, reference: other@1, statistic: population_stability_index, max: 0.1}", false)]
    [InlineData("{expect: sql, condition: airport in (select code from 'data:airports') or price > 0}", true)]
    public async Task Expectations_look_at_profiles_and_at_other_versions(string expectation, bool passes)
    {
        await server.TableAsync("looks", Trips);
        await server.TableAsync("airports", "select unnest(['ORD', 'SFO', null]) as code");
        await server.TableAsync("other", Trips.Replace("% 7", "% 3", StringComparison.Ordinal).Replace("'JFK'", "'LAX'", StringComparison.Ordinal));

        var run = await RunAsync("looks", $"expectations: [{expectation}]");

        Assert.True(passes == (bool)run["passed"]!, run.ToJsonString());
    }

    [Theory]
    [InlineData("{expect: foreign_key, column: airport, references: nowhere}", 404, "t.yml:1:16: Data version 'nowhere@latest' does not exist.")]
    [InlineData("{expect: foreign_key, column: airport, references: \"a' or 1=1 --\"}", 400, "t.yml:1:67: 'a' or 1=1 --' is no data version")]
    [InlineData("{expect: quantile, column: pric, quantile: 0.5, max: 1}", 400, "t.yml:1:16: The data has no column 'pric'. Did you mean 'price'?")]
    [InlineData("{expect: quantile, column: price, max: 1}", 400, "t.yml:1:16: quantile is missing")]
    [InlineData("{expect: distribution, column: price, reference: bad, statistic: jensen, max: 1}", 400, "t.yml:1:81: 'jensen' is no statistic.")]
    [InlineData("{expect: measure, measure: nope(day), max: 1}", 400, "t.yml:1:16: measure(nope(day)) cannot be evaluated")]
    [InlineData("{expect: measure, measure: \"(select count(*) from read_text('/etc/passwd'))\", max: 1}", 400, "t.yml:1:16: measure(")]
    [InlineData("{expect: anomaly, measure: avg(day), rule: sigma, period: 7}", 400, "t.yml:1:74: period belongs to rule: seasonal.")]
    public async Task A_suite_that_cannot_be_evaluated_is_refused_with_its_place(string expectation, int status, string message)
    {
        await server.TableAsync("bad", Trips);

        var refusal = await server.PostAsync("/api/v1/data-tests", new { Name = "bad", Suite = $"expectations: [{expectation}]", Source = "t.yml" });

        Assert.Equal(status, refusal.Status);
        Assert.StartsWith(message, refusal.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sigma", 103, true)]
    [InlineData("sigma", 200, false)]
    [InlineData("change, max: 0.05", 103, true)]
    [InlineData("change, max: 0.05", 120, false)]
    [InlineData("seasonal, period: 2", 101, true)]
    [InlineData("seasonal, period: 2", 104, false)]
    public async Task A_value_is_compared_with_those_of_earlier_versions(string rule, int rows, bool passes)
    {
        var name = $"history-{rule.Split(',')[0]}-{rows}";
        var suite = $"name: h\nexpectations: [{{expect: anomaly, measure: count(*), rule: {rule}}}]";
        foreach (var (index, past) in new[] { 100, 102, 101, 104, 100, 103 }.Index())
        {
            await server.TableAsync(name, $"select range as x, {index} as y from range({past})");
            await RunAsync(name, suite);
        }

        await server.TableAsync(name, $"select range as x from range({rows})");
        var run = await RunAsync(name, suite);
        var trend = await server.GetAsync($"/api/v1/data-tests/trend?name={name}&suite=h");

        Assert.True(passes == (bool)run["passed"]!, run.ToJsonString());
        Assert.Equal([100, 102, 101, 104, 100, 103, rows], trend["expectations"]![0]!["points"]!.AsArray().Select(point => (int)point!["value"]!));
    }

    [Fact]
    public async Task The_suggested_suite_is_passed_by_the_version_it_was_made_of()
    {
        await server.TableAsync("suggested", Trips, "select 1000 as id, 1 as day, 2.5 as price, 'no' as airport union all select 1001, 2, null, 'no'");

        var suite = await server.Client.GetStringAsync("/api/v1/data/suggested/versions/latest/suggested-tests", Ct);
        var run = await RunAsync("suggested", suite);

        Assert.True((bool)run["passed"]!, suite + run.ToJsonString());
        Assert.All(Found(run), found => Assert.True((bool)found["passed"]!, found.ToJsonString()));
        foreach (var expected in new[] { "not_null, column: \"id\"", "mostly: 0.899", "between, column: \"price\"", "quantile, column: \"price\"" })
            Assert.Contains(expected, suite, StringComparison.Ordinal);
    }

    private async Task<JsonNode> RunAsync(string name, string suite)
    {
        var (status, text) = await server.PostAsync("/api/v1/data-tests", new { Name = name, Suite = suite });
        Assert.True(status == 200, text);
        return JsonNode.Parse(text)!;
    }

    private static List<JsonNode> Found(JsonNode run) => [.. run["expectations"]!.AsArray().Select(found => found!)];
}
