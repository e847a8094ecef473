namespace Slipway.Jobs.Definitions;

/// <summary>Steps with their inputs and outputs.</summary>
internal sealed record PipelineDefinition
{
    public required IReadOnlyList<InputDefinition> Inputs { get; init; }

    public required IReadOnlyList<OutputDefinition> Outputs { get; init; }

    /// <summary>In an order in which each step comes after those that it depends on; otherwise as in the file.</summary>
    public required IReadOnlyList<StepDefinition> Steps { get; init; }

    /// <summary>False: the first failure stops the pipeline. True: steps that do not need the failed one go on.</summary>
    public bool ContinueOnStepFailure { get; init; } = true;

    /// <summary>True: no step is taken from the cache, and none is offered to it.</summary>
    public bool ForceRerun { get; init; }

    public string? DefaultCompute { get; init; }

    public string? DefaultDatastore { get; init; }

    /// <summary>A step that runs before all others.</summary>
    public string? OnInit { get; init; }

    /// <summary>A step that runs after all others, even after a failure.</summary>
    public string? OnFinalize { get; init; }
}
