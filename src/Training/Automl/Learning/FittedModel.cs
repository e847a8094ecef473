using Slipway.Training.Export;

namespace Slipway.Training.Automl.Learning;

/// <summary>A model that has learned.</summary>
internal abstract class FittedModel : IDisposable
{
    private readonly IDisposable? _held;

    /// <param name="held">What is let go of with it.</param>
    protected FittedModel(IDisposable? held) => _held = held;

    /// <summary>For each row the probability of each class, or the number, row after row.</summary>
    public abstract double[] Predict(FeatureTable features);

    /// <summary>Adds its nodes and returns the same as a value float [N, classes] or [N, 1].</summary>
    public abstract string AddTo(OnnxGraph graph, string features);

    public void Dispose() => _held?.Dispose();

    /// <summary>The probabilities of both classes, where a model knows that of the second.</summary>
    protected static double[] Both(ReadOnlySpan<double> second)
    {
        var both = new double[second.Length * 2];
        for (var row = 0; row < second.Length; row++)
            (both[row * 2], both[(row * 2) + 1]) = (1 - second[row], second[row]);
        return both;
    }
}
