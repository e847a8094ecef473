using System.Text.Json.Nodes;

namespace Slipway.Cli.Output.JmesPath;

/// <summary>A part of an expression. Values are JSON; null is JSON's null.</summary>
internal abstract record JmesNode
{
    public abstract JsonNode? Evaluate(JsonNode? current);
}

internal sealed record CurrentNode : JmesNode
{
    public static CurrentNode Instance { get; } = new();

    public override JsonNode? Evaluate(JsonNode? current) => current;
}

internal sealed record LiteralNode(JsonNode? Value) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) => Value;
}

internal sealed record FieldNode(string Name) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) => (current as JsonObject)?[Name];
}

internal sealed record IndexNode(JmesNode Left, int Index) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current)
    {
        if (Left.Evaluate(current) is not JsonArray list)
            return null;
        var index = Index < 0 ? list.Count + Index : Index;
        return index >= 0 && index < list.Count ? list[index] : null;
    }
}

internal sealed record SliceNode(JmesNode Left, int? Start, int? Stop, int Step) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current)
    {
        if (Left.Evaluate(current) is not JsonArray list)
            return null;

        var forwards = Step > 0;
        var (lowest, highest) = forwards ? (0, list.Count) : (-1, list.Count - 1);
        var start = Clamp(Start, forwards ? lowest : highest, list.Count, lowest, highest);
        var stop = Clamp(Stop, forwards ? highest : lowest, list.Count, lowest, highest);
        var items = new List<JsonNode?>();
        for (long at = start; forwards ? at < stop : at > stop; at += Step)
            items.Add(list[(int)at]);
        return JmesValue.List(items);
    }

    private static int Clamp(int? bound, int absent, int count, int lowest, int highest) =>
        bound is { } given ? Math.Clamp(given < 0 ? given + count : given, lowest, highest) : absent;
}

internal sealed record FlattenNode(JmesNode Left) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) => Left.Evaluate(current) is JsonArray list
        ? JmesValue.List(list.SelectMany(item => item is JsonArray inner ? inner.AsEnumerable() : [item]))
        : null;
}

/// <summary>Goes on with each item of a list, perhaps only those that fulfil a condition, and leaves nulls out.</summary>
internal sealed record ProjectionNode(JmesNode Left, JmesNode Right, JmesNode? Condition = null) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) => Left.Evaluate(current) is JsonArray list
        ? JmesValue.List(list
            .Where(item => Condition is null || JmesValue.IsTrue(Condition.Evaluate(item)))
            .Select(Right.Evaluate)
            .Where(value => value is not null))
        : null;
}

/// <summary>Goes on with each value of an object.</summary>
internal sealed record ValuesNode(JmesNode Left, JmesNode Right) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) => Left.Evaluate(current) is JsonObject map
        ? JmesValue.List(map.Select(entry => Right.Evaluate(entry.Value)).Where(value => value is not null))
        : null;
}

internal sealed record PipeNode(JmesNode Left, JmesNode Right) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) => Right.Evaluate(Left.Evaluate(current));
}

internal sealed record OrNode(JmesNode Left, JmesNode Right) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) =>
        Left.Evaluate(current) is var left && JmesValue.IsTrue(left) ? left : Right.Evaluate(current);
}

internal sealed record AndNode(JmesNode Left, JmesNode Right) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) =>
        Left.Evaluate(current) is var left && JmesValue.IsTrue(left) ? Right.Evaluate(current) : left;
}

internal sealed record NotNode(JmesNode Inner) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) => JsonValue.Create(!JmesValue.IsTrue(Inner.Evaluate(current)));
}

internal sealed record ComparisonNode(JmesTokenKind Sign, JmesNode Left, JmesNode Right) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current)
    {
        var (left, right) = (Left.Evaluate(current), Right.Evaluate(current));
        if (Sign is JmesTokenKind.Equal or JmesTokenKind.NotEqual)
            return JsonValue.Create(JmesValue.AreSame(left, right) == (Sign == JmesTokenKind.Equal));
        if (JmesValue.Compare(left, right) is not { } order)
            return null;
        return JsonValue.Create(Sign switch
        {
            JmesTokenKind.Less => order < 0,
            JmesTokenKind.LessOrEqual => order <= 0,
            JmesTokenKind.Greater => order > 0,
            _ => order >= 0,
        });
    }
}

internal sealed record ListNode(IReadOnlyList<JmesNode> Items) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) =>
        current is null ? null : JmesValue.List(Items.Select(item => item.Evaluate(current)));
}

internal sealed record HashNode(IReadOnlyList<KeyValuePair<string, JmesNode>> Entries) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current)
    {
        if (current is null)
            return null;
        var map = new JsonObject();
        foreach (var (key, value) in Entries)
            map[key] = value.Evaluate(current)?.DeepClone();
        return map;
    }
}

/// <summary>An expression as the argument of a function, such as sort_by's key.</summary>
internal sealed record ReferenceNode(JmesNode Inner) : JmesNode
{
    // Only functions take one, and they evaluate what is inside.
    public override JsonNode? Evaluate(JsonNode? current) => null;
}

internal sealed record FunctionNode(IReadOnlyList<JmesNode> Arguments, Func<IReadOnlyList<JmesArgument>, JsonNode?> Body) : JmesNode
{
    public override JsonNode? Evaluate(JsonNode? current) => Body(
        [.. Arguments.Select(argument => new JmesArgument(argument.Evaluate(current), (argument as ReferenceNode)?.Inner))]);
}

/// <summary>What a function is given: a value, or an expression.</summary>
internal readonly record struct JmesArgument(JsonNode? Value, JmesNode? Expression);
