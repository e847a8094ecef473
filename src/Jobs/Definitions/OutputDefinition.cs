namespace Slipway.Jobs.Definitions;

/// <summary>An output of a pipeline or step.</summary>
internal sealed record OutputDefinition
{
    public required string Name { get; init; }

    /// <summary>uri_folder, uri_file, mltable, mlflow_model, custom_model or triton_model.</summary>
    public required string Type { get; init; }

    /// <summary>False: nobody said the type, and it is the default; of a pipeline's output the step's type counts then.</summary>
    public bool HasOwnType { get; init; }

    /// <summary>rw_mount, mount, upload or direct; null is rw_mount.</summary>
    public string? Mode { get; init; }

    /// <summary>Where it is wanted beside the content store; may hold <c>${{name}}</c>, <c>${{output_name}}</c>, <c>${{default_datastore}}</c>.</summary>
    public Template? Path { get; init; }

    /// <summary>Registers the result as an asset of this name when the job completes.</summary>
    public string? AssetName { get; init; }

    public string? AssetVersion { get; init; }

    public string? Description { get; init; }

    /// <summary>Of a step's output: the output of the enclosing pipeline that it becomes.</summary>
    public string? ParentOutput { get; init; }

    /// <summary>Of a pipeline's output: the step's output that it is (kind StepOutput); null when nothing is bound to it.</summary>
    public Expression? Producer { get; init; }

    public required Place Place { get; init; }
}
