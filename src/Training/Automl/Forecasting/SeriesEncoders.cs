using System.Globalization;
using Slipway.Kernel;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Forecasting;

/// <summary>
/// What is made of the time and of the target's past. The nearest past that a feature looks at is a whole horizon back, so that
/// it is known for the last step of a forecast as for the first.
/// </summary>
internal static class SeriesEncoders
{
    private const long MostValues = 20_000_000;

    public static IEnumerable<Encoder> Fit(SeriesPlan plan, AutomlRows rows)
    {
        yield return DateEncoder.Fit(plan.TimeColumn, rows);
        if (plan.Season > 1)
            yield return Phase(plan);
        var series = SeriesIndex.Fit(plan.SeriesColumns, rows);
        var (past, first) = Past(plan, series, rows);
        foreach (var lag in plan.Lags)
        {
            var back = plan.Horizon - 1 + lag;
            yield return Lookup(plan, string.Create(CultureInfo.InvariantCulture, $"target {back} back"), [past], series, first, back);
        }

        if (plan.Window > 0)
        {
            var windows = Windows(past, plan.Window, series.Count);
            yield return Lookup(plan, string.Create(CultureInfo.InvariantCulture, $"target in {plan.Window} steps, {plan.Horizon} back"), windows, series, first, plan.Horizon);
        }
    }

    private static LookupEncoder Phase(SeriesPlan plan)
    {
        float[] Table(Func<double, double> of) =>
            [float.NaN, .. Enumerable.Range(0, plan.Season).Select(at => (float)of(at))];
        var turn = 2 * Math.PI / plan.Season;
        return new LookupEncoder
        {
            Title = "phase of the season",
            Made = ["phase of the season", "sine of the season", "cosine of the season"],
            Tables = [Table(at => at), Table(at => Math.Sin(at * turn)), Table(at => Math.Cos(at * turn))],
            Length = plan.Season,
            Series = null,
            TimeColumn = plan.TimeColumn,
            Frequency = plan.Frequency,
            Period = plan.Season,
        };
    }

    /// <summary>The target of each series at each step.</summary>
    private static (float[][] Past, double First) Past(SeriesPlan plan, SeriesIndex series, AutomlRows rows)
    {
        var (steps, of) = (plan.Steps(rows), series.Of(rows));
        var first = steps.Min();
        var length = steps.Max() - first + 1;
        if (length * (series.Count + 1) > MostValues)
        {
            throw SlipwayException.Invalid(string.Create(CultureInfo.InvariantCulture,
                $"{series.Count} series of {length:0} steps are too much to keep in a model; use a longer forecasting.frequency, or less of the past."));
        }

        var past = Enumerable.Range(0, series.Count + 1).Select(_ => Enumerable.Repeat(float.NaN, (int)length).ToArray()).ToArray();
        for (var row = 0; row < steps.Length; row++)
            past[of[row]][(int)(steps[row] - first)] = (float)rows.Target[row];
        return (past, first);
    }

    /// <summary>Mean, least, greatest and deviation of so many steps up to each one.</summary>
    private static float[][][] Windows(float[][] past, int window, int series)
    {
        var made = Enumerable.Range(0, 4).Select(_ => new float[series + 1][]).ToArray();
        for (var each = 0; each <= series; each++)
        {
            var own = past[each];
            foreach (var table in made)
                table[each] = new float[own.Length];
            for (var at = 0; at < own.Length; at++)
            {
                var known = own[Math.Max(0, at - window + 1)..(at + 1)].Where(value => !float.IsNaN(value)).ToArray();
                var mean = known.Length == 0 ? double.NaN : known.Average(value => (double)value);
                made[0][each][at] = (float)mean;
                made[1][each][at] = known.Length == 0 ? float.NaN : known.Min();
                made[2][each][at] = known.Length == 0 ? float.NaN : known.Max();
                made[3][each][at] = known.Length == 0 ? float.NaN : (float)Math.Sqrt(known.Average(value => (value - mean) * (value - mean)));
            }
        }

        return made;
    }

    private static LookupEncoder Lookup(SeriesPlan plan, string title, IReadOnlyList<float[][]> tables, SeriesIndex series, double first, int back)
    {
        string[] parts = tables.Count == 1 ? [""] : ["mean of ", "least of ", "greatest of ", "deviation of "];
        return new LookupEncoder
        {
            Title = title,
            Made = [.. parts.Select(part => part + title)],
            Tables = [.. tables.Select(table => table.SelectMany(own => (float[])[float.NaN, .. own]).ToArray())],
            Length = tables[0][0].Length,
            Series = series,
            TimeColumn = plan.TimeColumn,
            Frequency = plan.Frequency,
            First = first,
            Back = back,
        };
    }
}
