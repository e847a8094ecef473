using Slipway.Kernel;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Definitions;

/// <summary>Which statistics a drift signal takes, and where drift begins for each.</summary>
internal sealed record DriftLimits
{
    private const double DefaultThreshold = 0.1;

    /// <summary>Null: the default for what the reference holds; the same for Categorical.</summary>
    public IReadOnlyList<DriftLimit>? Numerical { get; init; }

    public IReadOnlyList<DriftLimit>? Categorical { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<DriftLimit>> ByFeature { get; init; } =
        new Dictionary<string, IReadOnlyList<DriftLimit>>();

    /// <summary>Statistics of whole rows.</summary>
    public IReadOnlyList<DriftLimit> Rows { get; init; } = [];

    /// <summary>Chosen column by column, by type, values and rows.</summary>
    public bool IsAutomatic { get; init; }

    /// <param name="hasValues">False: only the counts of bins are known of the reference.</param>
    /// <param name="referenceRows">Of the column, without nulls.</param>
    /// <param name="distinct">Different values in the reference.</param>
    public IReadOnlyList<DriftLimit> Of(string feature, FeatureType type, bool hasValues, long referenceRows, int distinct)
    {
        if (ByFeature.TryGetValue(feature, out var own))
            return own;
        if (IsAutomatic && hasValues)
        {
            var choice = DriftChoice.For(type, referenceRows, distinct);
            return [new DriftLimit(choice.Statistic, choice.Threshold)];
        }

        return (type == FeatureType.Numeric ? Numerical : Categorical)
            ?? [new DriftLimit(Get(type == FeatureType.Numeric && hasValues ? "normalized_wasserstein_distance" : "jensen_shannon_distance"), DefaultThreshold)];
    }

    public static DriftLimits Read(Fields? signal, IEnumerable<IRowStatistic> rowStatistics)
    {
        if (signal is null)
            return new DriftLimits();
        if (signal.IsText("metric_thresholds"))
        {
            return signal.Text("metric_thresholds") == "auto"
                ? new DriftLimits { IsAutomatic = true }
                : throw signal.Wrong("metric_thresholds", "must be a mapping, or auto.");
        }

        var thresholds = signal.Map("metric_thresholds")?.Only("numerical", "categorical", "features", "rows");
        return new DriftLimits
        {
            Numerical = Limits(thresholds?.Map("numerical"), FeatureType.Numeric),
            Categorical = Limits(thresholds?.Map("categorical"), FeatureType.Categorical),
            ByFeature = thresholds?.Map("features") is { } features
                ? features.Keys.ToDictionary(name => name, name => Limits(features.RequiredMap(name), null)!)
                : [],
            Rows = RowLimits(thresholds?.Map("rows"), rowStatistics),
        };
    }

    private static IReadOnlyList<DriftLimit>? Limits(Fields? thresholds, FeatureType? type) => thresholds is null
        ? null
        : [.. thresholds.Keys.Select(name => new DriftLimit(Statistic(name, type, thresholds), Threshold(thresholds, name)))];

    private static IReadOnlyList<DriftLimit> RowLimits(Fields? thresholds, IEnumerable<IRowStatistic> known)
    {
        if (thresholds is null)
            return [];
        var statistics = known.ToDictionary(statistic => statistic.Name);
        thresholds.Only([.. statistics.Keys]);
        return [.. thresholds.Keys.Select(name => new DriftLimit(statistics[name], Threshold(thresholds, name)))];
    }

    private static double Threshold(Fields thresholds, string name) =>
        thresholds.Number(name) ?? throw thresholds.Wrong(name, "needs a threshold.");

    private static IDriftStatistic Statistic(string name, FeatureType? type, Fields fields)
    {
        // Azure ML's documentation and its client disagree on the name of this one.
        var known = name == "chi_squared_test" ? "pearsons_chi_squared_test" : name;
        return DriftStatistics.ByName.Find(known) is { } statistic and not IRowStatistic && (type is null || statistic.Suits(type.Value))
            ? statistic
            : throw fields.Wrong(name, $"cannot be measured here.{Nearest.Hint(name, Names(type))} Known: {string.Join(", ", Names(type))}.");
    }

    private static IEnumerable<string> Names(FeatureType? type) => DriftStatistics.All
        .Where(statistic => statistic is not IRowStatistic && (type is null || statistic.Suits(type.Value))).Select(statistic => statistic.Name);

    private static IDriftStatistic Get(string name) => DriftStatistics.ByName.Get("drift statistic", name);
}
