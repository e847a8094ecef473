namespace Slipway.Jobs.Definitions;

/// <summary>
/// A job as its YAML describes it, checked as a whole. A job of a single step is a pipeline of one step that is called
/// "main", whose inputs and outputs are bound through.
/// </summary>
internal sealed record JobDefinition
{
    /// <summary>The name of the only step of a job that is no pipeline; the executor shows the job's name instead.</summary>
    public const string SingleStep = "main";

    /// <summary>The <c>type</c>: pipeline, command, sweep, or the name of an own step kind.</summary>
    public required string Type { get; init; }

    public string? Name { get; init; }

    public string? DisplayName { get; init; }

    public string? Experiment { get; init; }

    public string? Description { get; init; }

    public string? ParentJob { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    public required PipelineDefinition Pipeline { get; init; }

    /// <summary>Every local file and folder that the definition refers to, component files included, each once.</summary>
    public required IReadOnlyList<LocalPath> LocalPaths { get; init; }

    /// <summary>The components that stand in it or in files that came with it, each once.</summary>
    public IReadOnlyList<UsedComponent> Components { get; init; } = [];

    public bool IsPipeline => Type == "pipeline";
}
