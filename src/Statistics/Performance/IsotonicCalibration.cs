namespace Slipway.Statistics.Performance;

/// <summary>
/// A rising step function from scores to how often they were right, by pooling adjacent violators, with straight lines
/// between the steps: sklearn.isotonic.IsotonicRegression with out_of_bounds "clip".
/// </summary>
public sealed class IsotonicCalibration
{
    private readonly double[] _scores;
    private readonly double[] _values;

    private IsotonicCalibration(double[] scores, double[] values) => (_scores, _values) = (scores, values);

    public static IsotonicCalibration Fit(ReadOnlySpan<double> scores, ReadOnlySpan<double> outcomes)
    {
        var x = scores.ToArray();
        var y = outcomes.ToArray();
        Array.Sort(x, y);
        var blocks = new List<(double Low, double High, double Sum, double Count)>();
        for (var start = 0; start < x.Length;)
        {
            double sum = 0;
            var end = start;
            while (end < x.Length && x[end].Equals(x[start]))
                sum += y[end++];
            var block = (Low: x[start], High: x[start], Sum: sum, Count: (double)(end - start));
            while (blocks.Count > 0 && blocks[^1].Sum / blocks[^1].Count >= block.Sum / block.Count)
            {
                var last = blocks[^1];
                blocks.RemoveAt(blocks.Count - 1);
                block = (last.Low, block.High, last.Sum + block.Sum, last.Count + block.Count);
            }

            blocks.Add(block);
            start = end;
        }

        return new IsotonicCalibration(
            [.. blocks.SelectMany(block => new[] { block.Low, block.High })],
            [.. blocks.SelectMany(block => new[] { block.Sum / block.Count, block.Sum / block.Count })]);
    }

    public double Apply(double score)
    {
        var place = Array.BinarySearch(_scores, score);
        if (place >= 0)
            return _values[place];
        var above = ~place;
        if (above == 0)
            return _values[0];
        if (above == _scores.Length)
            return _values[^1];
        var share = (score - _scores[above - 1]) / (_scores[above] - _scores[above - 1]);
        return _values[above - 1] + (share * (_values[above] - _values[above - 1]));
    }
}
