namespace Slipway.Training.Automl.Tables;

/// <summary>All that is learned from and judged on.</summary>
internal sealed record AutomlData
{
    /// <summary>The columns that are learned from.</summary>
    public required IReadOnlyList<LearnedColumn> Columns { get; init; }

    /// <summary>The training rows, and after them those of <c>validation_data</c>.</summary>
    public required AutomlRows Rows { get; init; }

    public required int TrainingRows { get; init; }

    /// <summary>Null: no test was asked for.</summary>
    public required AutomlRows? Test { get; init; }

    /// <summary>For each column of <c>cv_split_column_names</c> its values in the training rows.</summary>
    public required IReadOnlyList<double[]> Splits { get; init; }

    /// <summary>Null: the target is a number.</summary>
    public required TargetClasses? Classes { get; init; }

    /// <summary>What was left out, and why.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public int ClassCount => Classes?.Count ?? 0;

    /// <summary>The greatest known number less the least.</summary>
    public double Range => Rows.Target.Max() - Rows.Target.Min();

    /// <summary>The same with other rows in each of its tables.</summary>
    /// <param name="change">Is told whether it is the training data.</param>
    public AutomlData With(Func<AutomlRows, bool, AutomlRows> change)
    {
        var training = change(Rows.Take([.. Enumerable.Range(0, TrainingRows)]), true);
        var validation = Rows.Count == TrainingRows ? null : change(Rows.Take([.. Enumerable.Range(TrainingRows, Rows.Count - TrainingRows)]), false);
        return this with
        {
            Rows = validation is null ? training : training.And(validation),
            TrainingRows = training.Count,
            Test = Test is null ? null : change(Test, false),
        };
    }
}
