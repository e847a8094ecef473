using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Contracts;

/// <summary>State of a job or step, with Azure ML's names.</summary>
public enum JobStatus
{
    NotStarted,
    Queued,
    Running,
    CancelRequested,
    Completed,
    Failed,
    Canceled,
}

/// <summary>What is needed to submit a job.</summary>
public sealed record NewJob
{
    /// <summary>Null: the definition's own name, else a generated one.</summary>
    public string? Name { get; init; }

    /// <summary>The Azure ML YAML as the user wrote it.</summary>
    public required string Yaml { get; init; }

    /// <summary>The file's name, for messages ("train.yml").</summary>
    public required string Source { get; init; }

    /// <summary>
    /// For each local path that the YAML names (as written there), the tree that holds its content; a single file is a
    /// tree of one entry.
    /// </summary>
    public IReadOnlyDictionary<string, Digest> Files { get; init; } = new Dictionary<string, Digest>();

    /// <summary>Overrides of the definition's inputs: literals, or references such as "azureml:flights-raw@latest".</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>A tree with what was changed in the code since its last commit; it becomes an artifact of the job.</summary>
    public Digest? Patch { get; init; }

    /// <summary>True: a job of this name that exists is returned as it is (for callers that may ask twice).</summary>
    public bool ReturnExisting { get; init; }
}

/// <summary>A job as it stands now.</summary>
public sealed record Job
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string Experiment { get; init; }

    public string? DisplayName { get; init; }

    public required JobStatus Status { get; init; }

    /// <summary>Why it failed or was skipped, in one sentence; null when there is nothing to say.</summary>
    public string? Message { get; init; }

    public required string RunId { get; init; }

    /// <summary>The job whose step started this one (a sweep, of its trials); null: nobody's.</summary>
    public string? ParentName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>One for each step of a pipeline; one called after the job for a single-step job.</summary>
    public required IReadOnlyList<JobStep> Steps { get; init; }

    /// <summary>True when it will not change any more.</summary>
    public bool IsOver => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled;
}

/// <summary>A step of a job.</summary>
public sealed record JobStep
{
    public required string Name { get; init; }

    public required string Kind { get; init; }

    public required JobStatus Status { get; init; }

    public required string RunId { get; init; }

    /// <summary>True when an earlier result with the same inputs was taken over.</summary>
    public required bool Reused { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>For each output: its tree, or the node of what was made.</summary>
    public required IReadOnlyDictionary<string, StepOutput> Outputs { get; init; }
}

/// <summary>An output of a finished step.</summary>
public sealed record StepOutput(Digest? Tree, string? Node);

/// <summary>Jobs, for the modules above.</summary>
public interface IJobs
{
    /// <summary>Checks the definition as a whole, keeps it, and queues its steps. All mistakes are reported at once.</summary>
    Task<Job> SubmitAsync(Caller caller, NewJob wanted, CancellationToken ct);

    Task<Job?> FindAsync(Caller caller, string name, CancellationToken ct);

    /// <summary>What a job was submitted with, to be submitted again under another name; null: there is no such job.</summary>
    Task<NewJob?> FindSubmittedAsync(Caller caller, string name, CancellationToken ct);

    /// <summary>Returns when the job is over.</summary>
    Task<Job> WaitAsync(Caller caller, string name, CancellationToken ct);

    Task CancelAsync(Caller caller, string name, CancellationToken ct);
}

/// <summary>A job is over.</summary>
public sealed record JobFinished(Caller Caller, Job Job) : IEvent;
