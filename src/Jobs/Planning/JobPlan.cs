using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Data;

namespace Slipway.Jobs.Planning;

/// <summary>
/// What a job does, as the database keeps it: pipelines in pipelines are flattened, inputs of pipelines are filled in,
/// local paths are trees. It never changes after submission.
/// </summary>
internal sealed record JobPlan
{
    /// <summary>In an order in which each step comes after those that it waits for.</summary>
    public required IReadOnlyList<PlannedStep> Steps { get; init; }

    /// <summary>False: the first failure ends the job.</summary>
    public required bool ContinueOnStepFailure { get; init; }

    public required bool ForceRerun { get; init; }

    /// <summary>The outputs of the job as a whole.</summary>
    public required IReadOnlyList<PlannedJobOutput> Outputs { get; init; }
}

/// <summary>An output of a job, and the step's output that it is.</summary>
internal sealed record PlannedJobOutput(string Name, int Step, string Output);

/// <summary>A step with everything resolved that can be before it starts.</summary>
internal sealed record PlannedStep
{
    /// <summary>"train", or "outer.train" in a pipeline within the pipeline.</summary>
    public required string Name { get; init; }

    public required string Kind { get; init; }

    public string? DisplayName { get; init; }

    public required IReadOnlyList<PlannedInput> Inputs { get; init; }

    public required IReadOnlyList<PlannedOutput> Outputs { get; init; }

    /// <summary>Positions of the steps that it waits for.</summary>
    public required IReadOnlyList<int> WaitsFor { get; init; }

    /// <summary>True: it runs when those steps are over, however they ended.</summary>
    public bool Always { get; init; }

    public string? Compute { get; init; }

    /// <summary>The kind's own fields; of expressions only <c>inputs.x</c> and <c>outputs.x</c> are left.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>The trees of the settings that are local paths, by field.</summary>
    public required IReadOnlyDictionary<string, PlannedFile> Files { get; init; }

    public required IReadOnlyDictionary<string, string> EnvironmentVariables { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <summary>The definition's <c>resources</c>.</summary>
    public JsonObject? Resources { get; init; }

    /// <summary>Higher is sooner (<c>queue_settings.priority</c>).</summary>
    public int Priority { get; init; }

    /// <summary>How often it is run again after a failure.</summary>
    public int Retries { get; init; }

    public required bool IsDeterministic { get; init; }

    /// <summary>Of a sweep: what each trial runs, without inputs.</summary>
    public PlannedStep? Trial { get; init; }

    /// <summary>Of a sweep: when it ends.</summary>
    public JsonObject? Limits { get; init; }

    /// <summary>True: it starts other jobs and waits for them, and so takes no place from those that work.</summary>
    [JsonIgnore]
    public bool Coordinates => Trial is not null;
}

/// <summary>A local path of the definition: its tree, and its last segment (the name of the file if it was one).</summary>
internal sealed record PlannedFile(Digest Tree, string Name);

/// <summary>An input of a step.</summary>
internal sealed record PlannedInput
{
    public required string Name { get; init; }

    /// <summary>Null: the type of what it is bound to counts.</summary>
    public string? Type { get; init; }

    public bool Optional { get; init; }

    public required InputSource Source { get; init; }
}

/// <summary>Where an input comes from.</summary>
[JsonDerivedType(typeof(LiteralSource), "literal")]
[JsonDerivedType(typeof(ReferenceSource), "reference")]
[JsonDerivedType(typeof(FileSource), "file")]
[JsonDerivedType(typeof(StepSource), "step")]
[JsonDerivedType(typeof(MissingSource), "missing")]
internal abstract record InputSource;

internal sealed record LiteralSource(string Text) : InputSource;

/// <summary>Something outside of the job, looked up when the step starts.</summary>
internal sealed record ReferenceSource(string Text) : InputSource;

/// <summary>A local file or folder that came with the job.</summary>
internal sealed record FileSource(PlannedFile File) : InputSource;

internal sealed record StepSource(int Step, string Output) : InputSource;

/// <summary>An optional input that was not given.</summary>
internal sealed record MissingSource : InputSource;

/// <summary>An output of a step.</summary>
internal sealed record PlannedOutput
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary>The asset that the result is registered as; null: none.</summary>
    public string? AssetName { get; init; }

    public string? AssetVersion { get; init; }

    /// <summary>Where it is written as well: azureml://datastores/NAME/paths/PATH; null: it is kept in the content store alone.</summary>
    public string? Path { get; init; }

    public string? Description { get; init; }
}
