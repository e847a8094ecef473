namespace Slipway.Engines.XGBoost;

/// <summary>What <see cref="XgbBooster.FeatureScores"/> counts.</summary>
public enum XgbImportance
{
    /// <summary>The number of splits that use the feature.</summary>
    Weight,

    /// <summary>The mean gain of its splits.</summary>
    Gain,

    /// <summary>The mean cover of its splits.</summary>
    Cover,

    TotalGain,

    TotalCover,
}

internal static class XgbImportanceSpelling
{
    public static string Spelling(this XgbImportance importance) => importance switch
    {
        XgbImportance.Weight => "weight",
        XgbImportance.Gain => "gain",
        XgbImportance.Cover => "cover",
        XgbImportance.TotalGain => "total_gain",
        _ => "total_cover",
    };
}
