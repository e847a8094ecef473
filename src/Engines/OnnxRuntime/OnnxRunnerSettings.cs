namespace Slipway.Engines.OnnxRuntime;

/// <summary>How a runner's memory is laid out.</summary>
public sealed record OnnxRunnerSettings
{
    /// <summary>The most rows of one run.</summary>
    public int Capacity { get; init; } = 1;

    /// <summary>The outputs to compute; null is all. Operators that only serve others are left out.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>
    /// The shape of one row of an input by its name; needed where the model leaves more than the first dimension free.
    /// </summary>
    public IReadOnlyDictionary<string, long[]>? RowShapes { get; init; }
}
