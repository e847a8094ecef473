using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Api;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Search;
using Xunit;

namespace Slipway.Storage.Tracking;

/// <param name="few">-1: the runs are walked in their order; else those that meet one condition are sorted.</param>
/// <param name="stretch">So short that a walk has more than one.</param>
/// <param name="set">So few that what is read as a set turns out to be more.</param>
public abstract class RunSearchContract(DatabaseProvider provider, int few, int stretch, int set = 120_000) : TrackingContract(provider)
{
    private protected override SearchSettings Search { get; } = new(few, stretch, Set: set);

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
    [InlineData(@"tags.team RLIKE '^\w{3}$'", "a")]
    [InlineData(@"tags.team RLIKE '(?i)^(?:BLUE|gre.n)$'", "b c")]
    [InlineData(@"params.note RLIKE '^\d+[^\d]$' or params.lr RLIKE '^0\.05$'", "b c")]
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

    [Theory]
    [InlineData("metrics.auc > 0.65", "metrics.auc", "b c")]
    [InlineData("metrics.auc < 0.75", "metrics.auc desc", "b a")]
    [InlineData("metrics.auc < 0.65 or tags.team = 'green'", "metrics.auc desc", "c a")]
    [InlineData("not metrics.auc < 0.65", "metrics.auc desc", "c b d")]
    public async Task A_metric_can_be_filtered_and_ordered_by_at_once(string filter, string order, string expected)
    {
        await GivenRunsAsync();

        Assert.Equal(expected, string.Join(' ', (await ListAsync(filter, order)).Select(run => run.Name)));
    }

    [Fact]
    public async Task Pages_of_a_filtered_search_join_without_gap_or_overlap()
    {
        for (var i = 0; i < 9; i++)
            await GivenAsync($"r{i}", i % 4, "0.1", i < 7 ? "blue" : "red", "x");
        foreach (var order in new[] { "metrics.auc desc", "metrics.none", "params.lr, start_time", "" })
        {
            var paged = new List<string>();
            string? token = null;
            do
            {
                var page = await Part<ListRuns>().RunAsync(
                    Ann, new("flights", "tags.team = 'blue' and metrics.auc >= 0", Orders(order), "active", 2, token), Ct);
                paged.AddRange(page.Runs.Select(run => run.Name));
                token = page.NextPageToken;
            }
            while (token is not null);

            Assert.Equal(["r0", "r1", "r2", "r3", "r4", "r5", "r6"], paged.Order());
        }
    }

    [Theory]
    [InlineData("", "metrics.auc desc", "r6 r5 r4 r3 r2 r1 r0 last")]
    [InlineData("", "metrics.auc", "r0 r1 r2 r3 r4 r5 r6 last")]
    [InlineData("", "metrics.none", "last r6 r5 r4 r3 r2 r1 r0")]
    [InlineData("", "start_time", "r0 r1 r2 r3 r4 r5 r6 last")]
    [InlineData("", "", "last r6 r5 r4 r3 r2 r1 r0")]
    [InlineData("tags.team LIKE 'r%'", "metrics.auc desc", "r5 r3 r1")]
    [InlineData("tags.team LIKE 'r%' and metrics.auc > 1", "start_time", "r3 r5")]
    [InlineData("tags.team IS NULL or metrics.auc <= 1", "metrics.auc, run_name", "r0 r1 last")]
    public async Task Runs_of_several_experiments_come_in_one_order_page_by_page(string filter, string order, string expected)
    {
        for (var i = 0; i < 7; i++)
            await GivenAsync($"r{i}", i, "0.1", i % 2 == 0 ? "blue" : "red", "x", $"e{i % 3}");
        await GivenRunAsync("e0", "last");

        var paged = new List<string>();
        string? token = null;
        do
        {
            var page = await Part<ListRuns>().RunAsync(Ann, new(null, filter, Orders(order), "active", 2, token), Ct);
            paged.AddRange(page.Runs.Select(run => run.Name));
            token = page.NextPageToken;
        }
        while (token is not null);

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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Any_conditions_find_what_a_look_at_every_run_finds(int seed)
    {
        var random = new Random(seed);
        var runs = new List<(string Name, double Auc, string Rate, string Team)>();
        for (var i = 0; i < 40; i++)
        {
            runs.Add(($"r{i}", random.Next(5), Word(random), Word(random)));
            await GivenAsync(runs[^1].Name, runs[^1].Auc, runs[^1].Rate, runs[^1].Team, "");
        }

        for (var i = 0; i < 60; i++)
        {
            var (auc, rate, team) = (random.Next(5), Pattern(random), Pattern(random));
            var order = i % 2 == 0 ? "start_time" : "metrics.auc, start_time";
            var expected = runs.Where(run => run.Auc >= auc && Like(run.Rate, rate) && Like(run.Team, team))
                .OrderBy(run => i % 2 == 0 ? 0 : run.Auc).Select(run => run.Name);

            var found = await PagedAsync($"metrics.auc >= {auc} and params.lr LIKE '{rate}' and tags.team LIKE '{team}'", order, 3);

            Assert.Equal((rate, team, string.Join(' ', expected)), (rate, team, string.Join(' ', found)));
        }
    }

    [Theory]
    [InlineData("metrics.auc desc", "r32 r28 r24 r20 r16 r12 r8 r4 r0")]
    [InlineData("", "r32 r28 r24 r20 r16 r12 r8 r4 r0")]
    [InlineData("start_time", "r0 r4 r8 r12 r16 r20 r24 r28 r32")]
    public async Task Runs_of_two_texts_are_found_page_by_page(string order, string expected)
    {
        for (var i = 0; i < 36; i++)
            await GivenAsync($"r{i}", i, i % 2 == 0 ? "0.1" : "0.2", i % 4 < 2 ? "red" : "blue", "x");

        const string filter = "params.lr = '0.1' and tags.team = 'red'";
        foreach (var size in new[] { 1, 2, 4, 100 })
        {
            Assert.Equal(expected, string.Join(' ', await PagedAsync(filter, order, size)));
            Assert.Equal(expected, string.Join(' ', await PagedAsync($"{filter} and {filter}", order, size)));
        }
    }

    // A stretch that ends between two keys has none of them, however long it is.
    [Theory]
    [InlineData("")]
    [InlineData("metrics.auc")]
    public async Task Runs_of_several_experiments_that_are_alike_in_what_they_are_ordered_by_come_page_by_page(string order)
    {
        for (var i = 0; i < 9; i++)
        {
            var run = await GivenRunAsync($"e{i % 3}", $"r{i}");
            await Tracking.LogAsync(
                Ann, run, [new MetricPoint("auc", 1, 1, Time.GetUtcNow())], new Dictionary<string, string>(), new Dictionary<string, string>(), Ct);
        }

        var paged = await PagedAsync(null, order, 2, experiment: null);

        Assert.Equal(["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"], paged.Order());
    }

    private async Task<List<string>> PagedAsync(string? filter, string order, int size, string? experiment = "flights")
    {
        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await Part<ListRuns>().RunAsync(Ann, new(experiment, filter, order.Split(", ", StringSplitOptions.RemoveEmptyEntries), "active", size, token), Ct);
            names.AddRange(page.Runs.Select(run => run.Name));
            token = page.NextPageToken;
        }
        while (token is not null);
        return names;
    }

    // Some are longer than what an index holds of them.
    private static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Letter(random)));

    private static string Pattern(Random random) => Word(random) + (random.Next(3) switch { 0 => "", 1 => "%", _ => "_%" });

    private static string Letter(Random random) => random.Next(8) switch
    {
        0 => new string('x', 60),
        1 => "é",
        2 => "\U0001F6E9",
        3 => "A",
        _ => "a",
    };

    private static bool Like(string text, string pattern) => System.Text.RegularExpressions.Regex.IsMatch(
        text, $@"\A{pattern.Replace("_", "(?:[\\ud800-\\udbff][\\udc00-\\udfff]|.)", StringComparison.Ordinal).Replace("%", ".*", StringComparison.Ordinal)}\z");

    private async Task GivenRunsAsync()
    {
        await GivenAsync("a", 0.6, "0.1", "red", "x");
        await GivenAsync("b", 0.7, "0.1", "blue", "1x");
        await GivenAsync("c", 0.8, "0.05", "green", "NaN");
        await GivenRunAsync(name: "d");
    }

    private async Task GivenAsync(
        string name, double auc, string rate, string team, string note, string experiment = "flights")
    {
        var run = await GivenRunAsync(experiment, name);
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

public sealed class RunSearchOnSqlite() : RunSearchContract(DatabaseProvider.Sqlite, 2000, 2);

public sealed class RunSearchOnPostgres() : RunSearchContract(DatabaseProvider.Postgres, 2000, 2);

// So few that the runs of most conditions are read for the sake of another's.
public sealed class RunCutOnSqlite() : RunSearchContract(DatabaseProvider.Sqlite, 6, 2);

public sealed class RunCutOnPostgres() : RunSearchContract(DatabaseProvider.Postgres, 6, 2);

public sealed class RunWalkOnSqlite() : RunSearchContract(DatabaseProvider.Sqlite, -1, 1);

public sealed class RunWalkOnPostgres() : RunSearchContract(DatabaseProvider.Postgres, -1, 1);

public sealed class RunSetOnPostgres() : RunSearchContract(DatabaseProvider.Postgres, -1, 1, 1);
