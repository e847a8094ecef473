using System.Text.Json.Nodes;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Definitions;

/// <summary>What the model's answers are.</summary>
internal enum MonitorTask
{
    Classification,
    Regression,
    Other,
}

/// <summary>A monitor as it was declared.</summary>
internal sealed record MonitorDefinition
{
    public required string Name { get; init; }

    /// <summary>Empty: all signals bring their own data.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Null: all deployments of the endpoint.</summary>
    public string? Deployment { get; init; }

    /// <summary>Null: the model behind the endpoint.</summary>
    public string? Model { get; init; }

    public MonitorTask Task { get; init; }

    /// <summary>When it runs by itself; null: only when told to.</summary>
    public MonitorTrigger? Trigger { get; init; }

    public required IReadOnlyList<SignalDefinition> Signals { get; init; }

    /// <summary>Who is told of its alerts.</summary>
    public IReadOnlyList<string> Emails { get; init; } = [];
}

/// <summary>Rows to look at: a version of a data asset, or what an endpoint collected in a window.</summary>
internal sealed record DataSource
{
    /// <summary>"name" or "name:version"; null: collected answers.</summary>
    public string? Asset { get; init; }

    public TimeSpan? WindowSize { get; init; }

    public TimeSpan? WindowOffset { get; init; }

    /// <summary>A fixed window instead of one that moves.</summary>
    public TimeWindow? Fixed { get; init; }

    /// <summary>What the columns are, in Azure ML's words: target_column, prediction, prediction_probability, correlation_id, timestamp_column.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    public string? Target => Columns.GetValueOrDefault("target_column");

    public TimeWindow WindowOf(TimeWindow run, TimeSpan defaultOffset)
    {
        if (Fixed is { } window)
            return window;
        var to = run.To - (WindowOffset ?? defaultOffset);
        return new TimeWindow(to - (WindowSize ?? run.To - run.From), to);
    }
}

/// <summary>Rows in which a column has one of these values.</summary>
internal sealed record DataSegment(string Feature, IReadOnlyList<string> Values);

/// <summary>Which columns a signal looks at.</summary>
/// <param name="Names">Null: all, or the most important ones.</param>
/// <param name="Top">How many of the most important; null: all.</param>
internal sealed record FeatureChoice(IReadOnlyList<string>? Names = null, int? Top = null);

/// <summary>Something that a monitor looks at.</summary>
internal abstract record SignalDefinition
{
    public required string Name { get; init; }

    public bool AlertEnabled { get; init; } = true;

    /// <summary>It looks at the profiles that were made while answers were given, not at the rows that were collected.</summary>
    public bool OfProfiles { get; init; }

    /// <summary>The rows in question. Several: tables that are joined by their correlation_id.</summary>
    public IReadOnlyList<DataSource> Production { get; init; } = [new()];

    /// <summary>Null: what is usual for the signal.</summary>
    public DataSource? Reference { get; init; }

    public FeatureChoice Features { get; init; } = new();

    /// <summary>Null: all rows.</summary>
    public DataSegment? Segment { get; init; }

    /// <summary>Columns whose values make segments that are looked at one by one.</summary>
    public IReadOnlyList<string> SegmentColumns { get; init; } = [];

    /// <summary>Fewer rows than this are not judged.</summary>
    public long LeastRows { get; init; } = 100;

    public TimeWindow WindowOf(TimeWindow run) => Production[0].WindowOf(run, TimeSpan.Zero);

    /// <summary>Azure ML's default: as long as the production window, and twice its length before its end.</summary>
    public TimeWindow ReferenceWindowOf(TimeWindow run)
    {
        var production = WindowOf(run);
        return (Reference ?? new DataSource()).WindowOf(production, 2 * (production.To - production.From));
    }
}

/// <summary>Drift of the inputs, or of the answers.</summary>
internal sealed record DriftSignal : SignalDefinition
{
    public required bool OfPredictions { get; init; }

    public required DriftLimits Limits { get; init; }

    /// <summary>P-values are adjusted for the number of columns and segments that are tested at once.</summary>
    public bool Adjusts { get; init; } = true;
}

/// <summary>A statistic and where drift begins.</summary>
internal sealed record DriftLimit(IDriftStatistic Statistic, double Threshold)
{
    public bool IsCrossedBy(double value) => Statistic.IsPValue ? value < Threshold : value > Threshold;

    public string Sign => Statistic.IsPValue ? "<" : ">";
}

/// <summary>Bad rows: nulls, values of another type, out of bounds, unseen.</summary>
internal sealed record QualitySignal : SignalDefinition
{
    public required IReadOnlyList<QualityLimit> Numerical { get; init; }

    public required IReadOnlyList<QualityLimit> Categorical { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyList<QualityLimit>> ByFeature { get; init; }

    public IReadOnlyList<QualityLimit> LimitsOf(string feature, FeatureType type) =>
        ByFeature.TryGetValue(feature, out var own) ? own : type == FeatureType.Numeric ? Numerical : Categorical;
}

internal sealed record QualityLimit(IQualityStatistic Statistic, double Threshold);

/// <summary>Whether the model leans on other columns than it did: the ranking of importances, reference against production.</summary>
internal sealed record AttributionSignal : SignalDefinition
{
    public required double Threshold { get; init; }
}

/// <summary>Quality of the answers, by the labels that have come, and as estimated without them.</summary>
internal sealed record PerformanceSignal : SignalDefinition
{
    public required IReadOnlyDictionary<string, double> Limits { get; init; }

    /// <summary>A score at or above it predicts the positive class.</summary>
    public double DecisionThreshold { get; init; } = 0.5;
}

/// <summary>Figures that a component computes.</summary>
internal sealed record CustomSignal : SignalDefinition
{
    /// <summary>"name:version" of a registered component, or null for an inline one.</summary>
    public string? Component { get; init; }

    /// <summary>A step of a pipeline in place of a registered component.</summary>
    public JsonObject? Inline { get; init; }

    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    public required IReadOnlyDictionary<string, DataSource> Data { get; init; }

    public required IReadOnlyDictionary<string, double> Limits { get; init; }
}

/// <summary>Read, so that a file from elsewhere need not be changed, and told in each run.</summary>
internal sealed record UnsupportedSignal(string Why) : SignalDefinition;
