namespace Slipway.Training.Features;

/// <summary>How a raw column becomes a number.</summary>
internal enum FeatureKind
{
    Numeric,

    /// <summary>By the mean label of the category (<see cref="TargetEncoder"/>).</summary>
    Categorical,

    /// <summary>By the rank of the category's frequency (<see cref="OrdinalEncoder"/>).</summary>
    Ordinal,
}
