using Slipway.Jobs.Contracts;

namespace Slipway.Unit.Training.Steps;

/// <summary>Made-up flights, a file a week: late by the hour and the origin, with missing rates; the last week is another world.</summary>
internal static class Flights
{
    public const string Fields =
        """
        "label": "late",
        "features": [{"hour": "numeric", "origin": "categorical", "destination": "ordinal"}, "distance", "late_rate"]
        """;

    public const string Quick = """ "rounds": 12, "params": {"eta": 0.3, "max_depth": 4, "nthread": 1} """;

    /// <param name="turned">In this week the origins swap their habits.</param>
    public static string Week(int week, int rows = 1500, int turned = -1) =>
        $"""
        with raw as (
            select i, {week} as week, date '2001-01-01' + interval ({week} * 7 * 24 * 60 + i * 6) minute as date,
                   (hash(i, {week}, 1) % 24)::utinyint as hour, chr((65 + hash(i, {week}, 2) % 6)::int) || 'AA' as origin,
                   'D' || (hash(i, {week}, 3) % 9)::varchar as destination, (hash(i, {week}, 4) % 2500)::smallint as distance,
                   case when hash(i, {week}, 5) % 7 = 0 then null else (hash(i, {week}, 6) % 100) / 100.0 end as late_rate
            from range({rows}) t(i))
        select week * 1000000 + i as flight_id, week, date, hour, origin, destination, distance, late_rate,
               (hash(i, week, 7) % 1000 < 40 + hour::int * 12 + 150 * coalesce(late_rate, 0.5)
                    + case when (origin < 'DAA') = ({week} <> {turned}) then 350 else 0 end)::tinyint as late
        from raw
        """;

    public static Task<StepInput> TableAsync(TrainingHost host, int weeks, int turned = -1) =>
        host.TableAsync([.. Enumerable.Range(0, weeks).Select(week => Week(week, turned: turned))]);

    public static Task<StepOutcome> TrainAsync(TrainingHost host, StepInput data, string more = "\"seed\": 1") =>
        host.RunAsync("xgboost", $"{{{Fields}, {Quick}, {more}}}", [data], ["model"]);
}
