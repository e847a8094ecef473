namespace Slipway.Tracking.Contracts.Filters;

/// <summary>How a condition compares. RLIKE is a regular expression.</summary>
[Flags]
public enum FilterOperators
{
    None = 0,
    Equal = 1,
    NotEqual = 2,
    Greater = 4,
    GreaterOrEqual = 8,
    Less = 16,
    LessOrEqual = 32,
    Like = 64,
    ILike = 128,
    RLike = 256,
    In = 512,
    NotIn = 1024,
    IsNull = 2048,
    IsNotNull = 4096,

    Equality = Equal | NotEqual,
    Ordering = Equality | Greater | GreaterOrEqual | Less | LessOrEqual,
    Text = Equality | Like | ILike,
    Lists = In | NotIn,
    Presence = IsNull | IsNotNull,
}

/// <summary>What a field is compared with.</summary>
public enum FilterKind
{
    Text,
    Number,

    /// <summary>Either: a number that has names too.</summary>
    TextOrNumber,

    /// <summary>A number of milliseconds; the extended grammar takes RFC 3339 texts too.</summary>
    Time,
}

/// <summary>A parsed filter: conditions joined by and, or, not.</summary>
public abstract record FilterNode
{
    /// <summary>All conditions in a tree; none in an empty one.</summary>
    public static IEnumerable<FilterCondition> Conditions(FilterNode? node) => node switch
    {
        FilterAnd and => and.Parts.SelectMany(Conditions),
        FilterOr or => or.Parts.SelectMany(Conditions),
        FilterNot not => Conditions(not.Inner),
        FilterCondition condition => [condition],
        _ => [],
    };
}

/// <summary>All of them hold.</summary>
public sealed record FilterAnd(IReadOnlyList<FilterNode> Parts) : FilterNode;

/// <summary>At least one of them holds.</summary>
public sealed record FilterOr(IReadOnlyList<FilterNode> Parts) : FilterNode;

/// <summary>It does not hold.</summary>
public sealed record FilterNot(FilterNode Inner) : FilterNode;

/// <summary>One comparison: metrics.auc > 0.5.</summary>
public sealed record FilterCondition : FilterNode
{
    /// <summary>The grammar's name of the entity: "metric".</summary>
    public required string Entity { get; init; }

    /// <summary>The key of a metric, param or tag, or the grammar's name of the field.</summary>
    public required string Key { get; init; }

    /// <summary>Exactly one operator.</summary>
    public required FilterOperators Operator { get; init; }

    public string? Text { get; init; }

    public double? Number { get; init; }

    /// <summary>The values of IN and NOT IN.</summary>
    public IReadOnlyList<string> List { get; init; } = [];

    /// <summary>Where it begins in the filter, from 1.</summary>
    public required int Position { get; init; }
}

/// <summary>One entry of order_by.</summary>
public sealed record OrderTerm(string Entity, string Key, bool Ascending);
