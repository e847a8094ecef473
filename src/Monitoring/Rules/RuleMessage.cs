using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.Monitoring.Rules.Expressions;

namespace Slipway.Monitoring.Rules;

/// <summary>What an alert of a rule says: the rule's words with ${{name}} and ${{labels.name}} filled in, or the condition with its figures.</summary>
internal static partial class RuleMessage
{
    private const int Longest = 2000;
    private const int MostFigures = 5;

    /// <summary>Refuses words that ask for what the rule does not know.</summary>
    public static void Check(AlertRule rule, string source)
    {
        foreach (var name in Placeholder.Matches(rule.Message ?? "").Select(match => match.Groups[1].Value))
        {
            if (!rule.Values.ContainsKey(name) && !name.StartsWith("labels.", StringComparison.Ordinal))
                throw SlipwayException.Invalid($"{source}: message: '{name}' is not one of the values.{Nearest.Hint(name, rule.Values.Keys)} Known: {string.Join(", ", rule.Values.Keys)}, labels.NAME.");
        }
    }

    public static string Of(AlertRule rule, Binding binding, IReadOnlyDictionary<string, string> labels)
    {
        var text = rule.Message is { } words
            ? Placeholder.Replace(words, match => Fill(match.Groups[1].Value, binding, labels))
            : $"{rule.Name}: {rule.When}: {string.Join("; ", rule.Condition.Names.Distinct(StringComparer.Ordinal).Select(name => Tell(name, binding)))}.";
        return text.Length <= Longest ? text : text[..(Longest - 1)] + "…";
    }

    private static string Fill(string name, Binding binding, IReadOnlyDictionary<string, string> labels) =>
        name.StartsWith("labels.", StringComparison.Ordinal) ? labels.GetValueOrDefault(name["labels.".Length..], "")
        : binding.Figures.TryGetValue(name, out var figure) ? Number(figure.Value)
        : string.Join(", ", Worst(name, binding).Select(one => $"{Number(one.Value)}{Told(one)}"));

    // "psi is 0.312 (feature=hour) in signal inputs of monitor flights over 2001-01-08 to 2001-01-15"
    private static string Tell(string name, Binding binding)
    {
        if (binding.Figures.TryGetValue(name, out var own))
            return $"{name} is {Number(own.Value)}{Told(own)} in {own.Origin}";
        var worst = Worst(name, binding);
        var all = binding.All.GetValueOrDefault(name, []).Count;
        return worst.Count == 0
            ? $"{name} has no figure"
            : $"{name} is {string.Join(", ", worst.Select(one => $"{Number(one.Value)}{Told(one)}"))}{(all > worst.Count ? $" and {all - worst.Count} more" : "")} in {worst[0].Origin}";
    }

    private static List<Figure> Worst(string name, Binding binding) =>
        [.. binding.All.GetValueOrDefault(name, []).OrderByDescending(figure => Math.Abs(figure.Value ?? 0)).Take(MostFigures)];

    private static string Told(Figure figure) => figure.Dimensions.Count == 0
        ? ""
        : $" ({string.Join(", ", figure.Dimensions.Select(pair => $"{pair.Key}={pair.Value}"))})";

    private static string Number(double? value) => value?.ToString("G4", CultureInfo.InvariantCulture) ?? "unknown";

    [GeneratedRegex(@"\$\{\{\s*([A-Za-z0-9_.]+)\s*\}\}")]
    private static partial Regex Placeholder { get; }
}
