using Slipway.Kernel;
using Slipway.Statistics.Drift;

namespace Slipway.Statistics.Quality;

/// <summary>What was counted in a column of a window, judged by a reference.</summary>
/// <param name="TypeErrors">Values that are not of the reference's type: "soon" where numbers were.</param>
/// <param name="OutOfBounds">Numbers outside of the reference's least and greatest; categories that are not in its set.</param>
/// <param name="Unseen">Categories that the reference does not know; 0 for numbers.</param>
public sealed record QualityCounts(long Rows, long Nulls, long TypeErrors, long OutOfBounds, long Unseen);

/// <summary>A share of the rows of a window, 0 to 1, that are bad in some way; NaN without rows.</summary>
public interface IQualityStatistic : IPolicy
{
    bool Suits(FeatureType type);

    double Measure(QualityCounts counts);
}

/// <summary>The statistics of quality that Slipway brings, with Azure ML's names where it has them.</summary>
public static class QualityStatistics
{
    public static IReadOnlyList<IQualityStatistic> All { get; } =
    [
        new Rate("null_value_rate", counts => counts.Nulls),
        new Rate("data_type_error_rate", counts => counts.TypeErrors),
        new Rate("out_of_bounds_rate", counts => counts.OutOfBounds),
        new Rate("unseen_category_rate", counts => counts.Unseen, FeatureType.Categorical),
    ];

    public static Policies<IQualityStatistic> ByName { get; } = new(All);

    /// <param name="only">Null: for all types.</param>
    private sealed class Rate(string name, Func<QualityCounts, long> bad, FeatureType? only = null) : IQualityStatistic
    {
        public string Name => name;

        public bool Suits(FeatureType type) => only is null || only == type;

        public double Measure(QualityCounts counts) => counts.Rows == 0 ? double.NaN : (double)bad(counts) / counts.Rows;
    }
}
