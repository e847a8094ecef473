using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Measures;

/// <param name="Column">In the table of the rows in question.</param>
/// <param name="Profile">Null when the reference is a table.</param>
internal sealed record ComparedColumn(string Feature, string Column, FeatureProfile? Profile);

/// <summary>Which columns can be compared, and what is said of those that cannot.</summary>
internal static class ComparedColumns
{
    public const string Score = "output_score";

    public static (IReadOnlyList<ComparedColumn> Columns, string Absent) OfScore(Comparison comparison)
    {
        if (comparison.Current.Score is not { } score)
            return ([], "No score was collected.");
        if (comparison.Reference is { } reference)
        {
            // The names differ; both are the answer.
            return reference.Score is null
                ? ([], $"{reference.Description} has no answers to compare with; name its prediction or prediction_probability in data_column_names.")
                : ([new ComparedColumn(Score, score, null)], "");
        }

        return comparison.Profile!.Score is { } profile
            ? ([new ComparedColumn(Score, score, profile)], "")
            : ([], $"The training profile of {comparison.Served!.Node} has no score to compare with.");
    }

    public static (IReadOnlyList<ComparedColumn> Columns, string Absent) OfInputs(SignalDefinition signal, Comparison comparison)
    {
        var profiles = comparison.Profile?.Features.ToDictionary(feature => feature.Name, StringComparer.Ordinal);
        IReadOnlyCollection<string> known = comparison.Reference is { } reference ? [.. reference.Features.Keys] : profiles!.Keys;
        var wanted = Wanted(signal, comparison, known);
        if (wanted.FirstOrDefault(name => !known.Contains(name)) is { } stranger)
        {
            throw SlipwayException.Invalid(
                $"Signal '{signal.Name}' names '{stranger}', which {comparison.ReferenceText} lacks."
                + $"{Nearest.Hint(stranger, known)} It has: {string.Join(", ", known)}.");
        }

        var here = comparison.Current.Features;
        var absent = wanted.Where(name => !here.ContainsKey(name)).ToList();
        return (
            [
                .. wanted.Except(absent, StringComparer.Ordinal).Select(name => new ComparedColumn(
                    name, here[name], comparison.Reference is null ? profiles![name] : null)),
            ],
            string.Join(" ", Notes(signal, comparison, wanted, absent)));
    }

    private static IReadOnlyCollection<string> Wanted(SignalDefinition signal, Comparison comparison, IReadOnlyCollection<string> known)
    {
        if (signal.Features.Names is { } names)
            return [.. names.Distinct(StringComparer.Ordinal)];
        var top = signal.Features.Top ?? (signal.Reference?.Target is null ? int.MaxValue : 10);
        return comparison.Ranking is null || top >= known.Count
            ? known
            : [.. comparison.Ranking.Where(known.Contains).Take(top)];
    }

    private static IEnumerable<string> Notes(
        SignalDefinition signal, Comparison comparison, IReadOnlyCollection<string> wanted, List<string> absent)
    {
        if (absent.Count > 0 && comparison.Current.Answered.Count > 0)
            yield return $"The reference has {string.Join(", ", absent)}, which the endpoint did not collect{(absent.Count == wanted.Count ? "; nothing can be compared" : "")}.";
        else if (absent.Count > 0)
            yield return $"The reference has {string.Join(", ", absent)}, but {comparison.Current.Description} has not.";
        if (signal.Features.Top is { } top && top < int.MaxValue && comparison.Ranking is null)
            yield return "How important the features are is not known, so all are looked at.";
        if (comparison.Reference is not { } reference)
            yield break;
        var other = wanted.Except(absent, StringComparer.Ordinal)
            .Where(name => reference.TypeOf(reference.Features[name]) != comparison.Current.TypeOf(comparison.Current.Features[name])).ToList();
        if (other.Count > 0)
            yield return $"Of another type than in the reference: {string.Join(", ", other)}; values that cannot be read as its type count as nulls.";
    }
}
