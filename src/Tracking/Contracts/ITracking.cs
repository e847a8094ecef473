using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Contracts;

/// <summary>State of a run, with MLflow's names.</summary>
public enum RunStatus
{
    Running,
    Scheduled,
    Finished,
    Failed,
    Killed,
}

/// <summary>One point of a metric's series. NaN and infinities are allowed.</summary>
public readonly record struct MetricPoint(string Key, double Value, long Step, DateTimeOffset Time);

/// <summary>The last point of a metric in a run.</summary>
public sealed record LastValue(string RunId, MetricPoint Point);

/// <summary>What is needed to start a run.</summary>
public sealed record NewRun
{
    /// <summary>Null: a new id. With an id that exists the call returns that run unchanged, so starting is idempotent.</summary>
    public string? Id { get; init; }

    /// <summary>By name; created when it does not exist. Null: that of the parent.</summary>
    public string? Experiment { get; init; }

    public string? Name { get; init; }

    public string? ParentRunId { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>A run with its latest metric values, params and tags.</summary>
public sealed record Run
{
    public required string Id { get; init; }

    public required string ExperimentId { get; init; }

    public required string Name { get; init; }

    public required RunStatus Status { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public required IReadOnlyDictionary<string, string> Params { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"run:{Id}";
}

/// <summary>Experiments and runs, for the modules above tracking: MLflow's runs and a job's runs are the same.</summary>
public interface ITracking
{
    Task<Run> StartRunAsync(Caller caller, NewRun wanted, CancellationToken ct);

    Task<Run?> FindRunAsync(Caller caller, string runId, CancellationToken ct);

    /// <summary>Everything or nothing; the same point twice is one point.</summary>
    Task LogAsync(
        Caller caller,
        string runId,
        IReadOnlyCollection<MetricPoint> metrics,
        IReadOnlyDictionary<string, string> parameters,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken ct);

    /// <summary>The points of a metric in the order in which they were logged; none when the run has none, or is not there.</summary>
    Task<IReadOnlyList<MetricPoint>> SeriesAsync(Caller caller, string runId, string key, CancellationToken ct) =>
        SeriesAsync(caller, runId, key, DateTimeOffset.MinValue, ct);

    /// <summary>Those of them that are later than a time.</summary>
    Task<IReadOnlyList<MetricPoint>> SeriesAsync(Caller caller, string runId, string key, DateTimeOffset after, CancellationToken ct);

    /// <summary>The latest point of a metric of a run; null when the run has none, or is not there.</summary>
    Task<MetricPoint?> LastValueAsync(Caller caller, string runId, string key, CancellationToken ct);

    /// <summary>The last value of a metric in each of the newest runs of an experiment that have it, newest run first; none when there is no such experiment.</summary>
    Task<IReadOnlyList<LastValue>> LastValuesAsync(Caller caller, string experiment, string key, int most, CancellationToken ct);

    Task FinishRunAsync(Caller caller, string runId, RunStatus status, CancellationToken ct);

    /// <summary>Adds the files of a tree to the run's artifacts below a folder ("" is the root).</summary>
    Task LogArtifactsAsync(Caller caller, string runId, string folder, Digest tree, CancellationToken ct);

    /// <summary>The run's artifacts as one tree (an empty tree when there are none).</summary>
    Task<Tree> ArtifactsAsync(Caller caller, string runId, CancellationToken ct);
}

/// <summary>A run ended: news for schedules and policies.</summary>
public sealed record RunFinished(Caller Caller, string RunId, RunStatus Status) : IEvent;
