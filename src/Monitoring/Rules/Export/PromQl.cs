using Slipway.Kernel;
using Slipway.Monitoring.Rules.Expressions;

namespace Slipway.Monitoring.Rules.Export;

/// <summary>
/// Conditions of alert rules in Prometheus's language, over the series of <c>/metrics</c>. There a condition is no truth value but those
/// series for which it is true; a negation is therefore carried into the comparisons.
/// </summary>
internal sealed class PromQl(WorkspaceName workspace, AlertRule rule)
{
    /// <summary>Null: it looks at what is not among the metrics, or combines it as Prometheus cannot.</summary>
    public static string? Of(WorkspaceName workspace, AlertRule rule) => new PromQl(workspace, rule).Condition(rule.Condition, negated: false)?.Text;

    private Part? Condition(Expression expression, bool negated) => expression switch
    {
        NotExpression not => Condition(not.Inner, !negated),
        PairExpression { Sign: "and" or "or" } pair => Joined((pair.Sign == "and") != negated, Condition(pair.Left, negated), Condition(pair.Right, negated)),
        PairExpression pair => Paired(negated ? Opposite(pair.Sign) : pair.Sign, Number(pair.Left), Number(pair.Right)),
        AggregateExpression { Function: "any" or "all" } whole => Truth(whole.Inner) is { } truth
            ? Part.OfAll($"({Over(whole.Function == "any" ? "max" : "min", truth)} == {(negated ? 0 : 1)})")
            : null,
        _ => null,
    };

    private Part? Number(Expression expression) => expression switch
    {
        NumberExpression number => Part.OfNumber(number.Value),
        NameExpression name => PromSeries.Of(workspace, rule.Values[name.Name]),
        PairExpression pair => Paired(pair.Sign, Number(pair.Left), Number(pair.Right)),
        AggregateExpression { Function: "count" } count => Truth(count.Inner) is { } truth ? Part.OfAll(Over("sum", truth)) : null,
        AggregateExpression whole => Number(whole.Inner) is { } inner ? Part.OfAll(Over(whole.Function, inner)) : null,
        _ => null,
    };

    // 1 or 0 for each series, which only one comparison gives.
    private Part? Truth(Expression expression) => expression is PairExpression { IsCondition: true, Sign: not ("and" or "or") } pair
        ? Paired($"{pair.Sign} bool", Number(pair.Left), Number(pair.Right))
        : null;

    private static string Over(string function, Part part) => $"{function} by ({Part.Whole}) ({part.Text})";

    private static Part? Joined(bool both, Part? left, Part? right)
    {
        if (left is null || right is null)
            return null;
        if (!both)
            return new Part($"({left.Text} or {right.Text})", left.Kind == right.Kind ? left.Kind : PartKind.Mixed, left.By);
        if (left.IsAlike(right))
            return left with { Text = $"({left.Text} and on ({string.Join(", ", left.By)}) {right.Text})" };

        // A monitor's figures and a deployment's have nothing to agree on but where they are.
        return left.IsOfAll || right.IsOfAll || left.Kind.IsApartFrom(right.Kind) ? left with { Text = $"({left.Text} and on ({Part.Whole}) {right.Text})" } : null;
    }

    private static Part? Paired(string sign, Part? left, Part? right)
    {
        if (left is null || right is null || (left.IsNumber && right.IsNumber))
            return null;

        // What is divided by zero is unknown here as it is in Slipway.
        var second = sign == "/" && !right.IsNumber ? $"({right.Text} != 0)" : right.Text;
        var match = left.IsNumber || right.IsNumber || left.IsAlike(right) ? ""
            : right.IsOfAll ? $" on ({Part.Whole}) group_left ()"
            : left.IsOfAll ? $" on ({Part.Whole}) group_right ()"
            : null;
        return match is null ? null : (left.IsNumber || (left.IsOfAll && !right.IsNumber) ? right : left) with { Text = $"({left.Text} {sign}{match} {second})" };
    }

    private static string Opposite(string sign) => sign switch
    {
        ">" => "<=",
        ">=" => "<",
        "<" => ">=",
        "<=" => ">",
        "==" => "!=",
        _ => "==",
    };
}
