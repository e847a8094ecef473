using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Encoding;

/// <summary>
/// How raw columns become numbers to learn from. What it was fitted on is within it: the same numbers come out in .NET, where the
/// model is learned, and in ONNX, where it answers.
/// </summary>
internal abstract record Encoder
{
    /// <summary>What it is called where its worth is told: the column that it is made of.</summary>
    public abstract string Name { get; }

    /// <summary>The numbers that it makes of a row.</summary>
    public abstract IReadOnlyList<string> Features { get; }

    /// <summary>A column for each of <see cref="Features"/>; NaN is missing.</summary>
    public abstract float[][] Encode(AutomlRows rows);

    /// <summary>The same for the rows that it was fitted on, where these must not see their own target.</summary>
    public virtual float[][] EncodeOwn(AutomlRows rows) => Encode(rows);

    /// <summary>Adds its nodes and returns the value float [N, features].</summary>
    public abstract string AddTo(RawInputs inputs);
}
