namespace Slipway.Statistics.Drift;

/// <summary>Compares whole rows, so that a change of how columns go together shows even where each alone stays as it was.</summary>
public interface IRowStatistic : IDriftStatistic
{
    /// <param name="reference">Column by column, all of the same length; NaN for null.</param>
    /// <param name="current">The same columns.</param>
    /// <returns>NaN where one side has too few rows.</returns>
    double Measure(IReadOnlyList<double[]> reference, IReadOnlyList<double[]> current);
}
