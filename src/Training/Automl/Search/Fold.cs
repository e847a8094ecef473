using Slipway.Kernel;
using Slipway.Training.Automl.Forecasting;
using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Search;

/// <summary>Rows to learn from and rows to judge on.</summary>
internal sealed record Fold(int[] Train, int[] Valid)
{
    private const int Seed = 7;
    private const int ManyRows = 20_000;
    private const int FewRows = 1_000;

    /// <summary>As the definition says, or as Azure ML does where it says nothing.</summary>
    public static IReadOnlyList<Fold> Of(AutomlData data, AutomlSettings settings, SeriesPlan? series)
    {
        var training = Enumerable.Range(0, data.TrainingRows).ToArray();
        if (data.Rows.Count > data.TrainingRows)
            return [new Fold(training, [.. Enumerable.Range(data.TrainingRows, data.Rows.Count - data.TrainingRows)])];
        if (series is not null)
            return series.Folds(data.Rows, settings.Folds, settings.ValidationShare);
        if (data.Splits.Count > 0)
            return [.. data.Splits.Select((split, at) => BySplit(settings.SplitColumns[at], split))];
        if (settings.Folds is null && (settings.ValidationShare ?? (training.Length > ManyRows ? 0.1 : null)) is { } share)
            return [Holdout(data, share)];

        var folds = settings.Folds ?? (training.Length < FewRows ? 10 : 3);
        return training.Length >= 2 * folds ? Cross(data, folds) : throw SlipwayException.Invalid(
            $"{training.Length} rows cannot be parted into {folds} folds; give more rows, or validation_data.");
    }

    private static Fold BySplit(string column, double[] split)
    {
        var rows = Enumerable.Range(0, split.Length).ToArray();
        var fold = new Fold([.. rows.Where(row => split[row] == 1)], [.. rows.Where(row => split[row] == 0)]);
        return fold.Train.Length > 0 && fold.Valid.Length > 0 ? fold : throw SlipwayException.Invalid(
            $"The column '{column}' of cv_split_column_names has no {(fold.Train.Length > 0 ? "0, and so no rows to judge on" : "1, and so no rows to learn from")}.");
    }

    private static Fold Holdout(AutomlData data, double share)
    {
        // Of each class its share, so that a rare one is on both sides.
        var isValid = new bool[data.TrainingRows];
        foreach (var group in Groups(data))
        {
            foreach (var row in group.AsSpan(0, (int)Math.Round(group.Length * share)))
                isValid[row] = true;
        }

        var rows = Enumerable.Range(0, data.TrainingRows).ToArray();
        var fold = new Fold([.. rows.Where(row => !isValid[row])], [.. rows.Where(row => isValid[row])]);
        return fold.Train.Length > 0 && fold.Valid.Length > 0 ? fold : throw SlipwayException.Invalid(
            $"Of {rows.Length} rows {fold.Valid.Length} would be for validation; give more rows, or another validation_data_size.");
    }

    private static List<Fold> Cross(AutomlData data, int folds)
    {
        var of = new int[data.TrainingRows];
        var next = 0;
        foreach (var row in Groups(data).SelectMany(group => group))
            of[row] = next++ % folds;
        var rows = Enumerable.Range(0, data.TrainingRows).ToArray();
        return [.. Enumerable.Range(0, folds).Select(fold => new Fold([.. rows.Where(row => of[row] != fold)], [.. rows.Where(row => of[row] == fold)]))];
    }

    /// <summary>The rows of each class, or all of them, in an order that a seed repeats.</summary>
    private static IEnumerable<int[]> Groups(AutomlData data)
    {
        var random = new Random(Seed);
        var rows = Enumerable.Range(0, data.TrainingRows).ToArray();
        random.Shuffle(rows);
        return data.Classes is null ? [rows] : rows.GroupBy(row => data.Rows.Target[row]).OrderBy(group => group.Key).Select(group => group.ToArray());
    }
}
