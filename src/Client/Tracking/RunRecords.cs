namespace Slipway.Client;

/// <summary>How a run stands.</summary>
public enum RunStatus
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>It waits for its turn.</summary>
    Scheduled,

    /// <summary>It ended as it should.</summary>
    Finished,

    /// <summary>It ended by an error.</summary>
    Failed,

    /// <summary>Somebody ended it.</summary>
    Killed,
}

/// <summary>How a run begins.</summary>
public sealed record RunOptions
{
    /// <summary>Null: the server makes one up.</summary>
    public string? Name { get; init; }

    /// <summary>Tags that it has from the start.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The run that this one is a part of.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>
    /// Go on with the run that MLFLOW_RUN_ID or AZUREML_RUN_ID names, if one does: inside a step of a job that is the step's
    /// own run. Such a run is not ended by its disposal; the job ends it.
    /// </summary>
    public bool ResumeFromEnvironment { get; init; } = true;

    /// <summary>Points, params and tags are sent when there are so many, at the latest after <see cref="FlushAfter"/>.</summary>
    public int FlushCount { get; init; } = 1000;

    /// <summary>The longest that something waits before it is sent.</summary>
    public TimeSpan FlushAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many may wait while the server is away; then logging waits too.</summary>
    public int MostWaiting { get; init; } = 100_000;

    /// <summary>How long the disposal, or an upload, goes on trying while the server is away.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>A point of a metric.</summary>
/// <param name="Key">The metric's name.</param>
/// <param name="Value">NaN is kept; infinities come back as the greatest number.</param>
/// <param name="Step">The epoch, the batch …</param>
/// <param name="Time">When it was measured.</param>
public sealed record MetricValue(string Key, double Value, long Step, DateTimeOffset Time);

/// <summary>A run as the server knows it.</summary>
/// <param name="Metrics">The latest value of each metric.</param>
public sealed record RunInfo(
    string Id,
    string ExperimentId,
    string Name,
    RunStatus Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    string ArtifactUri,
    bool Deleted,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Params,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>An experiment: a name that runs are kept under.</summary>
public sealed record Experiment(string Id, string Name, bool Deleted, IReadOnlyDictionary<string, string> Tags);

/// <summary>Data that a run read.</summary>
/// <param name="Digest">At most 36 characters that change when the data does.</param>
/// <param name="Source">Where it is: a URI, or JSON.</param>
/// <param name="SourceType">"http", "local", "slipway" …</param>
public sealed record DatasetInput(string Name, string Digest, string Source, string SourceType = "local")
{
    /// <summary>Columns and types, as JSON.</summary>
    public string? Schema { get; init; }

    /// <summary>Counts and the like, as JSON.</summary>
    public string? Profile { get; init; }

    /// <summary>What it was read for: "training", "evaluation" …</summary>
    public string? Context { get; init; }
}

/// <summary>A file or folder among a run's artifacts.</summary>
/// <param name="Path">Below the run's root.</param>
/// <param name="Size">Null for a folder.</param>
public sealed record ArtifactEntry(string Path, bool IsFolder, long? Size);

/// <summary>A model that a run made.</summary>
/// <param name="Id">Such as m-0123….</param>
public sealed record LoggedModel(string Id, string Name, string RunId)
{
    /// <summary>The address that it is registered, and by MLflow's clients loaded, by.</summary>
    public string Uri => "models:/" + Id;
}
