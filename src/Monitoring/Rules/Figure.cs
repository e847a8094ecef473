namespace Slipway.Monitoring.Rules;

/// <summary>A value of something that a rule looks at.</summary>
internal sealed record Figure
{
    /// <summary>What tells it from the other figures of the same value: the feature, the segment, the deployment.</summary>
    public required IReadOnlyDictionary<string, string> Dimensions { get; init; }

    /// <summary>What it is of, besides: the monitor, the endpoint, the model.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Null: it has none, such as the share of errors of no requests.</summary>
    public required double? Value { get; init; }

    /// <summary>The time that it is of.</summary>
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>A node of the lineage.</summary>
    public required string Evidence { get; init; }

    /// <summary>Where it comes from: "signal inputs of monitor flights over 2001-01-08 to 2001-01-15".</summary>
    public required string Origin { get; init; }
}

/// <summary>The figures of a value as they stood at a time.</summary>
internal sealed record Moment(DateTimeOffset At, IReadOnlyList<Figure> Figures);
