namespace Slipway.Engines.XGBoost;

/// <summary>How the trees split a column.</summary>
public enum XgbFeatureType
{
    Real,

    Whole,

    /// <summary>Codes 0, 1, 2 …; the trees split it by sets of codes. Needs tree_method hist or approx.</summary>
    Categorical,
}

/// <summary>The name and type of one column.</summary>
public sealed record XgbFeature(string Name, XgbFeatureType Type = XgbFeatureType.Real)
{
    // The spelling of the C API (XGDMatrixSetStrFeatureInfo, field "feature_type").
    internal string TypeName => Type switch
    {
        XgbFeatureType.Categorical => "c",
        XgbFeatureType.Whole => "int",
        _ => "float",
    };

    internal static XgbFeatureType ParseType(string name) => name switch
    {
        "c" => XgbFeatureType.Categorical,
        "int" or "i" => XgbFeatureType.Whole,
        _ => XgbFeatureType.Real,
    };
}
