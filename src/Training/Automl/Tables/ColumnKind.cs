namespace Slipway.Training.Automl.Tables;

/// <summary>What a column is taken for.</summary>
internal enum ColumnKind
{
    Numeric,
    Categorical,

    /// <summary>A date, or a point in time.</summary>
    DateTime,
}

/// <summary>A column that is learned from.</summary>
internal sealed record LearnedColumn(string Name, ColumnKind Kind);
