using Slipway.Serving.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Definitions;

/// <summary>A monitor as it was declared.</summary>
internal sealed record MonitorDefinition
{
    public required string Name { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>Null: all deployments of the endpoint.</summary>
    public string? Deployment { get; init; }

    /// <summary>Null: the model behind the endpoint.</summary>
    public string? Model { get; init; }

    /// <summary>How often it runs by itself; null: only when told to.</summary>
    public TimeSpan? Period { get; init; }

    public required IReadOnlyList<SignalDefinition> Signals { get; init; }
}

/// <summary>Something that a monitor looks at.</summary>
internal abstract record SignalDefinition
{
    public required string Name { get; init; }

    public bool AlertEnabled { get; init; } = true;

    /// <summary>Null: the window of the run itself.</summary>
    public TimeSpan? WindowSize { get; init; }

    /// <summary>How long before the end of the run's window this one ends: for labels that come late.</summary>
    public TimeSpan WindowOffset { get; init; }

    /// <summary>Fewer rows than this are not judged.</summary>
    public long LeastRows { get; init; } = 100;

    public TimeWindow WindowOf(TimeWindow run)
    {
        var to = run.To - WindowOffset;
        return new TimeWindow(to - (WindowSize ?? run.To - run.From), to);
    }
}

/// <summary>Drift against the model's training data: of its inputs, or of its score.</summary>
internal sealed record DriftSignal : SignalDefinition
{
    public required bool OfPredictions { get; init; }

    /// <summary>Null: all.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    public required IReadOnlyList<DriftLimit> Numerical { get; init; }

    public required IReadOnlyList<DriftLimit> Categorical { get; init; }
}

/// <summary>A statistic and where drift begins.</summary>
internal sealed record DriftLimit(IBinnedStatistic Statistic, double Threshold)
{
    public bool IsCrossedBy(double value) => Statistic.IsPValue ? value < Threshold : value > Threshold;

    public string Sign => Statistic.IsPValue ? "<" : ">";
}

/// <summary>Quality of the answers, by the labels that have come.</summary>
internal sealed record PerformanceSignal : SignalDefinition
{
    public required IReadOnlyDictionary<string, double> Limits { get; init; }
}
