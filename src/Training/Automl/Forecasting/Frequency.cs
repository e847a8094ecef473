using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.Training.Automl.Encoding;

namespace Slipway.Training.Automl.Forecasting;

/// <summary>The step from one time of a series to the next: so many months, or so many microseconds from a time on.</summary>
internal sealed partial record Frequency
{
    private const double Day = 86_400e6;

    private static readonly Dictionary<string, (int Months, double Micros, int Season)> s_units = new(StringComparer.Ordinal)
    {
        ["S"] = (0, 1e6, 60),
        ["T"] = (0, 60e6, 60),
        ["H"] = (0, 3_600e6, 24),
        ["D"] = (0, Day, 7),
        ["W"] = (0, 7 * Day, 52),
        ["M"] = (1, 0, 12),
        ["Q"] = (3, 0, 4),
        ["Y"] = (12, 0, 1),
    };

    // pandas has renamed some of them, and writes begin and end of a period apart.
    private static readonly Dictionary<string, string> s_aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["min"] = "T",
        ["MS"] = "M",
        ["ME"] = "M",
        ["QS"] = "Q",
        ["QE"] = "Q",
        ["A"] = "Y",
        ["AS"] = "Y",
        ["YS"] = "Y",
        ["YE"] = "Y",
    };

    public required int Months { get; init; }

    public required double Micros { get; init; }

    /// <summary>A time at which a step begins; of no meaning for months.</summary>
    public required double Anchor { get; init; }

    /// <summary>How many steps make a season; 1: there is none.</summary>
    public required int Season { get; init; }

    /// <summary>"2H", "W-THU", "MS": pandas' offset aliases.</summary>
    public static Frequency Parse(string text, double anchor)
    {
        var match = Pattern.Match(text.Trim());
        var unit = match.Groups["unit"].Value;
        unit = s_aliases.GetValueOrDefault(unit, unit.ToUpperInvariant());
        var count = match.Groups["count"].Value is { Length: > 0 } digits ? int.Parse(digits, CultureInfo.InvariantCulture) : 1;
        if (!match.Success || count == 0 || !s_units.TryGetValue(unit, out var known))
            throw SlipwayException.Invalid($"forecasting.frequency is '{text}'; known are {string.Join(", ", s_units.Keys)} with a number before them, such as 15T, H, D, W-THU, MS.");
        return Of(known.Months * count, known.Micros * count, anchor, known.Season % count == 0 ? known.Season / count : 1);
    }

    /// <summary>The most usual step between neighbouring times.</summary>
    /// <param name="series">The times of each series, in their order.</param>
    public static Frequency See(IEnumerable<double[]> series, double anchor)
    {
        var steps = series.SelectMany(times => times.Zip(times.Skip(1), (a, b) => b - a)).Where(step => step > 0).ToList();
        if (steps.Count == 0)
            throw SlipwayException.Invalid("No series has two different times, and so the frequency cannot be seen; say it as forecasting.frequency.");

        var usual = steps.CountBy(step => step).OrderByDescending(count => count.Value).ThenBy(count => count.Key).First().Key;
        if (usual >= 28 * Day && Math.Round(usual / (Day * 365.2425 / 12)) is var months && IsOfMonths(usual, months))
            return Of((int)months, 0, anchor, months switch { 1 => 12, 3 => 4, _ => 1 });
        var unit = s_units.Values.Where(unit => unit.Months == 0).OrderByDescending(unit => unit.Micros)
            .FirstOrDefault(unit => usual % unit.Micros == 0 && usual / unit.Micros <= unit.Season);
        var season = unit.Micros > 0 && unit.Season % (usual / unit.Micros) == 0 ? (int)(unit.Season / (usual / unit.Micros)) : 1;
        return Of(0, usual, anchor, season);
    }

    /// <summary>The number of a time's step.</summary>
    public T Index<T>(IArithmetic<T> by, T micros)
    {
        if (Months == 0)
            return by.Floor(by.Divide(by.Subtract(micros, by.Constant(Anchor)), by.Constant(Micros)));

        var parts = CalendarParts<T>.Of(by, micros);
        var months = by.Add(by.Multiply(parts.Year, by.Constant(12)), by.Subtract(parts.Month, by.Constant(1)));
        return by.Floor(by.Divide(months, by.Constant(Months)));
    }

    public string Text => Months > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Months} months")
        : TimeSpan.FromMicroseconds(Micros).ToString("c", CultureInfo.InvariantCulture);

    // 28 days are four weeks as well, but 29 to 31 are a month.
    private static bool IsOfMonths(double usual, double months) => usual % (7 * Day) != 0 && Math.Abs(usual - (months * Day * 365.2425 / 12)) < 3 * Day;

    private static Frequency Of(int months, double micros, double anchor, int season) =>
        new() { Months = months, Micros = micros, Anchor = anchor, Season = season };

    [GeneratedRegex("^(?<count>[0-9]{0,6})(?<unit>[A-Za-z]+)(-[A-Za-z]{3})?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }
}
