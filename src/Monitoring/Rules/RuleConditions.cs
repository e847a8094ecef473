using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Rules.Expressions;

namespace Slipway.Monitoring.Rules;

/// <summary>What a rule says of the figures that it looks at.</summary>
internal static class RuleConditions
{
    public static IReadOnlyList<Condition> Of(AlertRule rule, IReadOnlyDictionary<string, IReadOnlyList<Figure>> figures) =>
        [.. Binding.Of(rule.Condition, figures).Select(binding => Of(rule, binding)).OfType<Condition>()];

    // Null: nothing is known that it could stand on.
    private static Condition? Of(AlertRule rule, Binding binding)
    {
        var seen = rule.Condition.Names.Distinct(StringComparer.Ordinal)
            .SelectMany(name => binding.Figures.TryGetValue(name, out var own) ? [own] : binding.All.GetValueOrDefault(name, []))
            .ToList();
        if (seen.Count == 0)
            return null;
        var labels = Labels(rule, binding, seen);
        var worth = rule.Condition.Of(binding);
        return new Condition
        {
            Dimensions = binding.Dimensions,
            Labels = labels,
            Holds = worth is { } known ? known == 1 : null,
            Message = RuleMessage.Of(rule, binding, labels),
            Evidence = seen[0].Evidence,
            From = seen.Min(figure => figure.From),
            To = seen.Max(figure => figure.To),
        };
    }

    // What the figures agree on, what tells this binding from others, and the rule's own words above all.
    private static Dictionary<string, string> Labels(AlertRule rule, Binding binding, List<Figure> seen)
    {
        var labels = seen.SelectMany(figure => figure.Labels).GroupBy(label => label.Key, label => label.Value)
            .Where(group => group.Distinct(StringComparer.Ordinal).Count() == 1)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        foreach (var (name, value) in binding.Dimensions.Concat(rule.Labels))
            labels[name] = value;
        return labels;
    }
}
