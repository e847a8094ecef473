namespace Slipway.Statistics.Linear;

/// <summary>For each output the weight of each feature, and what is added to their sum.</summary>
public sealed record LinearWeights(IReadOnlyList<double[]> Weights, IReadOnlyList<double> Intercepts)
{
    /// <param name="packed">For each output its weights and its intercept, one after the other.</param>
    internal static LinearWeights Of(double[] packed, int width)
    {
        var outputs = packed.Chunk(width + 1).ToList();
        return new LinearWeights([.. outputs.Select(own => own[..width])], [.. outputs.Select(own => own[width])]);
    }

    /// <summary>The sums of a row.</summary>
    public void Apply(ReadOnlySpan<double> features, Span<double> sums)
    {
        for (var output = 0; output < sums.Length; output++)
            sums[output] = Dense.Dot(Weights[output], features) + Intercepts[output];
    }
}
