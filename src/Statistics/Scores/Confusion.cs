namespace Slipway.Statistics.Scores;

/// <summary>How often each class was taken for each other one; the likeliest class of a row is what it was taken for.</summary>
internal sealed class Confusion
{
    private readonly double[] _predicted;
    private readonly double[] _hit;
    private readonly double _rows;

    private Confusion(double[] support, double[] predicted, double[] hit)
    {
        (Support, _predicted, _hit, _rows) = (support, predicted, hit, support.Sum());
        Precision = [.. hit.Zip(predicted, Ratio)];
        Recall = [.. hit.Zip(support, Ratio)];
        F1 = [.. hit.Select((count, each) => Ratio(2 * count, support[each] + predicted[each]))];
    }

    /// <summary>How many rows are of each class.</summary>
    public double[] Support { get; }

    /// <summary>0 for a class that no row was taken for.</summary>
    public double[] Precision { get; }

    public double[] Recall { get; }

    public double[] F1 { get; }

    public double Accuracy => _hit.Sum() / _rows;

    public double BalancedAccuracy => Recall.Where((_, each) => Support[each] > 0).Average();

    /// <summary>The mean recall on a scale from 0, which is what guessing gets, to 1.</summary>
    public double NormMacroRecall
    {
        get
        {
            var chance = 1.0 / Support.Count(count => count > 0);
            return chance == 1 ? double.NaN : (BalancedAccuracy - chance) / (1 - chance);
        }
    }

    /// <summary>Of any number of classes: Gorodkin, 2004. 0 when only one class is there, or was taken for.</summary>
    public double MatthewsCorrelation
    {
        get
        {
            var covariance = (_hit.Sum() * _rows) - Support.Zip(_predicted, (a, b) => a * b).Sum();
            var (actual, taken) = ((_rows * _rows) - Support.Sum(n => n * n), (_rows * _rows) - _predicted.Sum(n => n * n));
            return actual * taken == 0 ? 0 : covariance / Math.Sqrt(actual * taken);
        }
    }

    public static Confusion Of(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        var (support, predicted, hit) = (new double[classes], new double[classes], new double[classes]);
        for (var row = 0; row < truth.Length; row++)
        {
            var best = 0;
            for (var each = 1; each < classes; each++)
            {
                if (probabilities[(row * classes) + each] > probabilities[(row * classes) + best])
                    best = each;
            }

            support[truth[row]]++;
            predicted[best]++;
            hit[best] += best == truth[row] ? 1 : 0;
        }

        return new Confusion(support, predicted, hit);
    }

    /// <summary>Over the classes that occur, or that a row was taken for.</summary>
    public double Mean(double[] values, bool weighted)
    {
        double sum = 0, total = 0;
        for (var each = 0; each < values.Length; each++)
        {
            var weight = weighted ? Support[each] : Support[each] + _predicted[each] > 0 ? 1 : 0;
            sum += weight * values[each];
            total += weight;
        }

        return sum / total;
    }

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}
