using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Api;
using Slipway.Tracking.Contracts;
using Xunit;

namespace Slipway.Storage.Tracking;

public abstract class RunSearchContract(DatabaseProvider provider) : TrackingContract(provider)
{
    [Theory]
    [InlineData("metrics.auc > 0.65", "b c")]
    [InlineData("metrics.auc >= 0.7 and params.lr = '0.1'", "b")]
    [InlineData("params.lr != '0.1'", "c")]
    [InlineData("params.lr LIKE '0._'", "a b")]
    [InlineData("tags.team ILIKE 'BL%'", "b")]
    [InlineData("tags.team LIKE 'BL%'", "")]
    [InlineData("tags.team IS NULL", "d")]
    [InlineData("tags.`team` IS NOT NULL and metrics.auc < 0.65", "a")]
    [InlineData("attributes.run_name IN ('a', 'c')", "a c")]
    [InlineData("status = 'RUNNING' and start_time > 0", "a b c d")]
    [InlineData("metrics.unknown > 0", "")]
    [InlineData("metrics.auc < 0.65 or params.lr = '0.05'", "a c")]
    [InlineData("not (tags.team = 'red' or tags.team = 'blue')", "c d")]
    [InlineData("params.lr < 0.07", "c")]
    [InlineData("params.note > 0", "")]
    [InlineData("tags.team RLIKE '^(red|green)$'", "a c")]
    [InlineData("start_time < '2001-01-01T00:00:02Z'", "a b")]
    public async Task A_filter_finds_the_runs_that_it_describes(string filter, string expected)
    {
        await GivenRunsAsync();

        var found = await ListAsync(filter, "run_name");

        Assert.Equal(expected, string.Join(' ', found.Select(run => run.Name)));
    }

    [Theory]
    [InlineData("metrics.auc desc", "c b a d")]
    [InlineData("metrics.auc", "a b c d")]
    [InlineData("params.lr, run_name desc", "c b a d")]
    [InlineData("tags.team desc", "a c b d")]
    [InlineData("start_time", "a b c d")]
    [InlineData("end_time, metrics.auc desc", "c b a d")]
    [InlineData("", "d c b a")]
    public async Task Runs_come_in_the_order_that_is_asked_for_with_missing_values_last(string order, string expected)
    {
        await GivenRunsAsync();

        var found = await ListAsync(null, order);
        var paged = new List<string>();
        string? token = null;
        do
        {
            var page = await Part<ListRuns>().RunAsync(Ann, new("flights", null, Orders(order), "active", 1, token), Ct);
            paged.AddRange(page.Runs.Select(run => run.Name));
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal(expected, string.Join(' ', found.Select(run => run.Name)));
        Assert.Equal(expected, string.Join(' ', paged));
    }

    [Fact]
    public async Task A_page_token_of_another_search_is_refused()
    {
        await GivenRunsAsync();
        var page = await Part<ListRuns>().RunAsync(Ann, new("flights", null, [], "active", 1, null), Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Part<ListRuns>().RunAsync(
            Ann, new("flights", "metrics.auc > 0", [], "active", 1, page.NextPageToken), Ct));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }

    private async Task GivenRunsAsync()
    {
        await GivenAsync("a", 0.6, "0.1", "red", "x");
        await GivenAsync("b", 0.7, "0.1", "blue", "1x");
        await GivenAsync("c", 0.8, "0.05", "green", "NaN");
        await GivenRunAsync(name: "d");
    }

    private async Task GivenAsync(string name, double auc, string rate, string team, string note)
    {
        var run = await GivenRunAsync(name: name);
        await Tracking.LogAsync(
            Ann,
            run,
            [new MetricPoint("auc", auc, 1, Time.GetUtcNow())],
            new Dictionary<string, string> { ["lr"] = rate, ["note"] = note },
            new Dictionary<string, string> { ["team"] = team },
            Ct);
        Time.Advance(TimeSpan.FromSeconds(1));
    }

    private async Task<IReadOnlyList<RunView>> ListAsync(string? filter, string order) =>
        (await Part<ListRuns>().RunAsync(Ann, new("flights", filter, Orders(order), "active", 100, null), Ct)).Runs;

    private static string[] Orders(string order) => order.Length == 0 ? [] : [order];
}

public sealed class RunSearchOnSqlite() : RunSearchContract(DatabaseProvider.Sqlite);

public sealed class RunSearchOnPostgres() : RunSearchContract(DatabaseProvider.Postgres);
