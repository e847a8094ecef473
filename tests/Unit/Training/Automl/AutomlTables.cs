using Slipway.Jobs.Contracts;
using Slipway.Unit.Training.Steps;

namespace Slipway.Unit.Training.Automl;

/// <summary>Made-up tables with all types of columns, and AutoML over them.</summary>
internal static class AutomlTables
{
    /// <summary>Whether somebody buys: by income (with gaps), city, the hour, and many shops; "note" is free text, "same" constant.</summary>
    public static string Buyers(int rows, int seed = 1) =>
        $"""
         with raw as (
             select i, (hash(i, {seed}, 1) % 10000) / 100.0 as income_all, 'city ' || (hash(i, {seed}, 2) % 6)::varchar as city_all,
                    'shop ' || (hash(i, {seed}, 3) % 40)::varchar as shop, (hash(i, {seed}, 4) % 1000) / 1000.0 as luck,
                    timestamp '2020-01-01 00:00:00' + to_minutes(((hash(i, {seed}, 5) % 500000)::bigint)) as seen, hash(i, {seed}, 6) % 10 as gap
             from range({rows}) t(i))
         select case when gap > 0 then income_all end as income, case when gap <> 1 then city_all end as city, shop, seen, gap > 4 as member,
                'note number ' || i::varchar as note, 7 as same,
                income_all / 50 + case city_all when 'city 0' then 2 when 'city 1' then 1 else 0 end + (length(shop) - 6) + hour(seen) / 12.0 + luck as worth
         from raw
         """;

    public static string Classified(int rows, int seed = 1) =>
        $"select * exclude (worth), case when worth > 3.2 then 'yes' else 'no' end as buys from ({Buyers(rows, seed)})";

    /// <summary>A week's wave and a slow rise for each shop, by day.</summary>
    public static string Daily(int days, int shops = 2) =>
        $"""
         select date '2021-01-04' + d::int as day, 's' || s::varchar as shop, (d % 11 = 0) as holiday,
                20 * (s + 1) + 5 * sin(2 * pi() * (d % 7) / 7) + 0.05 * d + case when d % 11 = 0 then 4 else 0 end + (hash(d, s) % 100) / 100.0 as sold
         from range({days}) t(d), range({shops}) u(s)
         """;

    public static async Task<StepOutcome> LearnAsync(
        TrainingHost host, string query, string settings, string? runId = null, params (string Name, string Query)[] others)
    {
        var inputs = new List<StepInput> { await host.TableAsync(query) with { Name = "training_data" } };
        foreach (var (name, other) in others)
            inputs.Add(await host.TableAsync(other) with { Name = name });
        return await host.RunAsync("automl", $"{{{settings}}}", inputs, ["best_model"], runId);
    }
}
