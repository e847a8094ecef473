namespace Slipway.Monitoring.Rules.Expressions;

/// <summary>A part of a condition. What is true is 1, what is false 0, and what nobody can tell is null.</summary>
internal abstract record Expression
{
    /// <summary>It is true or false, and not a number.</summary>
    public abstract bool IsCondition { get; }

    /// <summary>Names whose figures are looked at one by one: those outside of count(…), max(…) …</summary>
    public abstract IEnumerable<string> Free { get; }

    /// <summary>All names in it.</summary>
    public abstract IEnumerable<string> Names { get; }

    public abstract double? Of(Binding binding);
}

internal sealed record NumberExpression(double Value) : Expression
{
    public override bool IsCondition => false;

    public override IEnumerable<string> Free => [];

    public override IEnumerable<string> Names => [];

    public override double? Of(Binding binding) => Value;
}

internal sealed record NameExpression(string Name) : Expression
{
    public override bool IsCondition => false;

    public override IEnumerable<string> Free => [Name];

    public override IEnumerable<string> Names => [Name];

    public override double? Of(Binding binding) => binding.Figures.GetValueOrDefault(Name)?.Value;
}

internal sealed record NotExpression(Expression Inner) : Expression
{
    public override bool IsCondition => true;

    public override IEnumerable<string> Free => Inner.Free;

    public override IEnumerable<string> Names => Inner.Names;

    public override double? Of(Binding binding) => 1 - Inner.Of(binding);
}

/// <param name="Sign">"and", "or", a comparison, or + - * /.</param>
internal sealed record PairExpression(string Sign, Expression Left, Expression Right) : Expression
{
    public override bool IsCondition => Sign is not ("+" or "-" or "*" or "/");

    public override IEnumerable<string> Free => Left.Free.Concat(Right.Free);

    public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

    public override double? Of(Binding binding)
    {
        var (left, right) = (Left.Of(binding), Right.Of(binding));
        return Sign switch
        {
            // One side may settle it where the other is unknown.
            "and" => left == 0 || right == 0 ? 0 : left is null || right is null ? null : 1,
            "or" => left == 1 || right == 1 ? 1 : left is null || right is null ? null : 0,
            "+" => Finite(left + right),
            "-" => Finite(left - right),
            "*" => Finite(left * right),
            "/" => right == 0 ? null : Finite(left / right),
            _ => left is { } one && right is { } other ? (Compare(one, other) ? 1 : 0) : null,
        };
    }

    private bool Compare(double left, double right) => Sign switch
    {
        ">" => left > right,
        ">=" => left >= right,
        "<" => left < right,
        "<=" => left <= right,
        "==" => left.Equals(right),
        _ => !left.Equals(right),
    };

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}

/// <summary>A figure over all figures: count(psi > 0.2), max(psi).</summary>
internal sealed record AggregateExpression(string Function, Expression Inner) : Expression
{
    public static readonly IReadOnlyList<string> Functions = ["all", "any", "avg", "count", "max", "min", "sum"];

    public override bool IsCondition => Function is "any" or "all";

    public override IEnumerable<string> Free => [];

    public override IEnumerable<string> Names => Inner.Names;

    public override double? Of(Binding binding)
    {
        var values = binding.Of(Inner).Select(Inner.Of).OfType<double>().ToList();
        if (values.Count == 0)
            return null;
        return Function switch
        {
            "count" => values.Count(value => value == 1),
            "any" => values.Contains(1) ? 1 : 0,
            "all" => values.Contains(0) ? 0 : 1,
            "max" => values.Max(),
            "min" => values.Min(),
            "sum" => values.Sum(),
            _ => values.Average(),
        };
    }
}
