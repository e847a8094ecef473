using System.Globalization;
using Slipway.Jobs.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class FlightFeaturesTests(EtlHost host) : IClassFixture<EtlHost>
{
    // Eight days at three airports, and a few flights at quiet ones; the last three days are the week in question.
    private const string Flights =
        """
        select timestamp '2001-01-01' + interval (hash(i, $seed) % 11520) minute as date,
            (hash(i, $seed, 1) % 60)::bigint - 20 as delay,
            500 + (i % 7) as distance,
            'AP' || hash(i, $seed, 2) % 3 as origin,
            'DST' || i as destination
        from range(3000) t(i)
        union all select timestamp '2001-01-05 03:00', 30, 500, 'QUI', 'BEFORE'
        union all select timestamp '2001-01-07 08:00', 30, 500, 'QUI', 'NEXT'
        union all select timestamp '2001-01-06 03:00', 30, 500, 'NEW', 'FIRST'
        union all select timestamp '2001-01-04 03:00', 30, 500, 'OLD', 'LONG AGO'
        union all select timestamp '2001-01-06 12:00', 30, 500, 'OLD', 'STALE'
        union all select timestamp '2001-01-08 08:00', 30, 500, 'QUI', 'SOON'
        """;

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 19)]
    [InlineData(3, 33)]
    [InlineData(4, 60)]
    public async Task No_feature_changes_when_later_rows_do(int seed, int hours)
    {
        var cut = new DateTime(2001, 1, 6).AddHours(hours).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var flights = Of(seed);
        var changed = $"select * replace (case when date > timestamp '{cut}' then 100 - delay else delay end as delay) from ({flights})";

        var before = await FeaturesAsync(flights, flights);
        var after = await FeaturesAsync(changed, changed);
        var fewer = await FeaturesAsync(flights, $"select * from ({flights}) where date <= timestamp '{cut}'");

        var limit = DateTime.Parse(cut, CultureInfo.InvariantCulture).AddHours(6);
        Assert.Equal(Known(before, limit), Known(after, limit));
        Assert.Equal(Known(before, limit), Known(fewer, limit));
        Assert.NotEqual(Known(before, DateTime.MaxValue), Known(after, DateTime.MaxValue));
    }

    [Fact]
    public async Task The_late_rate_is_that_of_the_day_before_the_last_known_hour()
    {
        var flights = Of(5);

        var features = await FeaturesAsync(flights, flights);

        var naive = host.Rows(
            $"""
            with f as ({flights}),
            known as (select *, time_bucket(interval 1 hour, date) + interval 1 hour as known_at from f),
            last as (
                select w.destination, w.origin, w.date,
                    (select max(known_at) from known k where k.origin = w.origin and k.known_at <= w.date - interval 6 hours) as hour
                from f w where w.date >= timestamp '2001-01-06'),
            rate as (
                select l.destination, count(*) as n, count(*) filter (k.delay > 15) as late
                from last l join known k on k.origin = l.origin and k.known_at <= l.hour and k.known_at >= l.hour - interval 23 hours
                where l.hour >= l.date - interval 54 hours
                group by all)
            select l.destination, (late + 2)::double / (n + 10) from last l left join rate using (destination) order by 1
            """);
        var rates = features.OrderBy(row => (string)row[3]!, StringComparer.Ordinal).Select(row => (row[3], row[7])).ToList();
        Assert.Equal(naive.OrderBy(row => (string)row[0]!, StringComparer.Ordinal).Select(row => (row[0], row[1])), rates);
        Assert.Equal([("NEXT", 3.0 / 11), ("SOON", 3.0 / 11)], rates.Where(rate => rate.Item1 is "NEXT" or "SOON"));
        Assert.Equal([("FIRST", null), ("STALE", null)], rates.Where(rate => rate.Item2 is null));
    }

    private static string Of(int seed) => Flights.Replace("$seed", $"{seed}", StringComparison.Ordinal);

    // All but flight_id, week and late: the label is no feature.
    private static IEnumerable<object?[]> Known(IReadOnlyList<object?[]> features, DateTime until) =>
        features.Where(row => (DateTime)row[0]! <= until);

    private async Task<IReadOnlyList<object?[]>> FeaturesAsync(string clean, string history)
    {
        var step = await host.RunAsync(
            "sql",
            $$"""{"query": "{{Repository.Path("examples/flights/features.sql")}}"}""",
            [
                new StepInput { Name = "clean", Tree = await host.TreeAsync("c.parquet", $"select * from ({clean}) where date >= timestamp '2001-01-06'") },
                new StepInput { Name = "history", Tree = await host.TreeAsync("h.parquet", history) },
                new StepInput { Name = "week", Literal = "0" },
            ],
            ["result"]);
        return host.Rows(
            $"select date, weekday, origin, destination, distance, hour, 0, late_rate from '{step.OutputFolders["result"]}/part.parquet' order by date, destination");
    }
}
