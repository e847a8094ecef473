using System.Globalization;
using Slipway.Lake.Yaml;

namespace Slipway.Lake.Tests;

/// <summary>
/// Reads <c>expect: anomaly</c>: a measured value is compared with those of earlier versions, by <c>rule: change</c> (against the
/// last one, as a share of it), <c>sigma</c> (against mean and deviation of all) or <c>seasonal</c> (sigma over every
/// <c>period</c>-th, counted back from this one).
/// </summary>
internal static class AnomalyRules
{
    private const int Enough = 3;

    public static TableExpectation Read(YamlFields node, YamlProblems problems)
    {
        var measure = node.RequiredText("measure", "an SQL aggregate, such as avg(delay)") ?? "null";
        var rule = node.Choice("rule", "sigma", ("change", "change"), ("sigma", "sigma"), ("seasonal", "seasonal"));
        var max = node.Number("max", 0, double.PositiveInfinity) ?? (rule == "change" ? 0.5 : 3);
        var period = (int)(node.Number("period", 2, 1000) ?? 7);
        if (rule != "seasonal" && node.Find("period") is { } odd)
            problems.Add(odd, "period belongs to rule: seasonal.");
        return new TableExpectation(measure, (value, circumstances) => Judge(value, circumstances.History, rule, max, period))
        {
            Name = $"anomaly({measure})",
            Kind = "anomaly",
        };
    }

    private static string? Judge(object? value, IReadOnlyList<double> history, string rule, double max, int period)
    {
        if (Measured.Number(value) is not { } number)
            return "there is no value in it";
        if (rule == "change")
            return history.Count == 0 ? null : Change(number, history[^1], max);
        var like = rule == "seasonal" ? [.. history.Where((_, index) => (history.Count - index) % period == 0)] : history;
        return like.Count < Enough ? null : Sigma(number, like, max);
    }

    private static string? Change(double value, double last, double max)
    {
        var change = Math.Abs(value - last) / Math.Abs(last);
        return change <= max || value.Equals(last)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"it is {value:G6} after {last:G6}, a change of {change * 100:0.#} %; {max * 100:0.#} % may be");
    }

    private static string? Sigma(double value, IReadOnlyList<double> like, double max)
    {
        var mean = like.Average();
        var deviation = Math.Sqrt(like.Sum(one => (one - mean) * (one - mean)) / (like.Count - 1));
        return Math.Abs(value - mean) <= max * deviation
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"it is {value:G6}, and {like.Count} earlier versions had {mean:G6} ± {deviation:G3}; {max:G3} deviations may be");
    }
}
