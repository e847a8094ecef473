using Slipway.Kernel;

namespace Slipway.Statistics.Drift;

/// <summary>What a column holds, as far as its comparison goes.</summary>
public enum FeatureType
{
    Numeric,
    Categorical,
}

/// <summary>How far a sample is from its reference. The names are Azure ML's where it has the statistic.</summary>
public interface IDriftStatistic : IPolicy
{
    /// <summary>True: it is the p-value of a test, and drift is below the threshold; otherwise above.</summary>
    bool IsPValue { get; }

    bool Suits(FeatureType type);
}

/// <summary>
/// Compares counts over the same bins. Two windows without any row in one of them cannot be compared: NaN.
/// </summary>
public interface IBinnedStatistic : IDriftStatistic
{
    double Measure(ReadOnlySpan<long> reference, ReadOnlySpan<long> current);
}

/// <summary>Compares the values themselves, ascending; NaN where one side is empty. No value is NaN.</summary>
public interface ISampleStatistic : IDriftStatistic
{
    double Measure(ReadOnlySpan<double> reference, ReadOnlySpan<double> current);
}
