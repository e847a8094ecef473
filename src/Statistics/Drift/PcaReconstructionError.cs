using MathNet.Numerics.LinearAlgebra;

namespace Slipway.Statistics.Drift;

/// <summary>
/// The relative change of how well the principal components of the reference describe a row. Columns are standardised by
/// the reference, a null is its mean; components are kept until they explain 65 % of the variance; the error of a row is
/// its Euclidean distance from its reconstruction. The value is |mean error of current ÷ mean error of reference − 1|.
/// </summary>
internal sealed class PcaReconstructionError : IRowStatistic
{
    internal const double Explained = 0.65;

    public string Name => "pca_reconstruction_error";

    public bool IsPValue => false;

    public bool Suits(FeatureType type) => true;

    public double Measure(IReadOnlyList<double[]> reference, IReadOnlyList<double[]> current)
    {
        if (reference.Count == 0 || reference[0].Length < 2 || current[0].Length == 0)
            return double.NaN;
        var (here, there) = MeanErrors(reference, current);
        return here <= 1e-12 ? (there <= 1e-12 ? 0 : double.PositiveInfinity) : Math.Abs((there / here) - 1);
    }

    internal static (double Reference, double Current) MeanErrors(IReadOnlyList<double[]> reference, IReadOnlyList<double[]> current)
    {
        var scales = reference.Select(Scale).ToArray();
        var known = Standardised(reference, scales);
        var rest = Rest(known);
        return (MeanError(known, rest), MeanError(Standardised(current, scales), rest));
    }

    private static (double Mean, double Deviation) Scale(double[] column)
    {
        var values = column.Where(double.IsFinite).ToArray();
        if (values.Length == 0)
            return (0, 1);
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);
        return (mean, deviation > 0 ? deviation : 1);
    }

    private static Matrix<double> Standardised(IReadOnlyList<double[]> columns, (double Mean, double Deviation)[] scales) =>
        Matrix<double>.Build.Dense(
            columns[0].Length,
            columns.Count,
            (row, column) => columns[column][row] is var value && double.IsFinite(value)
                ? (value - scales[column].Mean) / scales[column].Deviation
                : 0);

    // The components that are not kept: what they hold of a row is its error.
    private static Matrix<double> Rest(Matrix<double> rows)
    {
        var covariance = rows.TransposeThisAndMultiply(rows) / rows.RowCount;
        var parts = covariance.Evd(Symmetricity.Symmetric);

        // Ascending.
        var shares = parts.EigenValues.Select(value => Math.Max(0, value.Real)).ToArray();
        double total = shares.Sum(), sum = 0;
        var left = shares.Length;
        while (left > 0 && sum <= Explained * total)
            sum += shares[--left];
        return parts.EigenVectors.SubMatrix(0, rows.ColumnCount, 0, Math.Max(1, left)) * (left == 0 ? 0 : 1);
    }

    private static double MeanError(Matrix<double> rows, Matrix<double> rest) => (rows * rest).RowNorms(2).Average();
}
