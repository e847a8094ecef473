using System.Text.Json.Nodes;

namespace Slipway.Jobs.Definitions;

/// <summary>A local file or folder that stands in <see cref="StepDefinition.Settings"/>.</summary>
/// <param name="Field">Where: "code", "environment.conda_file", "environment.build.path", or the name of the kind's File field.</param>
internal sealed record SettingFile(string Field, LocalPath Path);

/// <summary>A step of a pipeline, with its component (if it has one) merged into it.</summary>
internal sealed record StepDefinition
{
    public required string Name { get; init; }

    /// <summary>command, pipeline, sweep, parallel, automl, spark, or the name of an own step kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The name of the component, if it has one with a name.</summary>
    public string? Component { get; init; }

    /// <summary>
    /// A component that lies in the workspace or a registry and has to be looked up at submission; kind, settings and
    /// undeclared inputs then come from there. Null when everything is known.
    /// </summary>
    public Reference? ComponentReference { get; init; }

    public string? DisplayName { get; init; }

    public required IReadOnlyList<InputDefinition> Inputs { get; init; }

    public required IReadOnlyList<OutputDefinition> Outputs { get; init; }

    /// <summary>The steps whose outputs this one needs, each once, in the order of the file.</summary>
    public required IReadOnlyList<string> DependsOn { get; init; }

    /// <summary>"local", "serverless", a compute's name, or text with <c>${{parent.inputs.x}}</c>; null: nothing said anywhere.</summary>
    public Template? Compute { get; init; }

    /// <summary>The kind's own fields (command, code, environment, distribution, …), expressions not filled in.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>The local paths among the settings.</summary>
    public required IReadOnlyList<SettingFile> Files { get; init; }

    public IReadOnlyDictionary<string, string> EnvironmentVariables { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>instance_count, instance_type, shm_size, …; expressions not filled in.</summary>
    public JsonObject? Resources { get; init; }

    /// <summary>timeout and, by kind, more; expressions not filled in.</summary>
    public JsonObject? Limits { get; init; }

    /// <summary>low, medium or high (<c>queue_settings.priority</c>); null: nothing said.</summary>
    public string? Priority { get; init; }

    public bool IsDeterministic { get; init; } = true;

    /// <summary>Of a step of kind pipeline: what it consists of.</summary>
    public PipelineDefinition? Pipeline { get; init; }

    /// <summary>Of a sweep: what each trial runs. Its inputs are those of the sweep and the names of the search space.</summary>
    public StepDefinition? Trial { get; init; }

    /// <summary>Of a sweep: a trial's component that lies in the workspace or a registry; else null.</summary>
    public Reference? TrialReference { get; init; }

    public required Place Place { get; init; }
}
