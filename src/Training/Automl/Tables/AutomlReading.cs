using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Training.Features;
using Slipway.Training.Steps;
using Slipway.Training.Tables;

namespace Slipway.Training.Automl.Tables;

/// <summary>Reads the tables of an AutoML step.</summary>
internal static class AutomlReading
{
    private const int Seed = 7;

    public static async Task<AutomlData> ReadAsync(ILakeTables lake, StepContext step, AutomlSettings settings, CancellationToken ct)
    {
        var notes = new List<string>(settings.Notes);
        List<LearnedColumn> candidates;
        RawTable training;
        using (var table = await InputTable.OpenAsync(lake, step.Input("training_data").Tree("table"), null, ct))
        {
            candidates = ColumnChoice.Candidates(table, settings, notes);
            training = RawTable.Read(table, candidates, settings, withSplits: true, ct);
        }

        if (training.Count == 0)
            throw SlipwayException.Invalid($"There are no rows whose target '{settings.Target}' is known; nothing can be learned.");
        var columns = candidates.Where(column => ColumnChoice.IsOfUse(Column(training, column), settings, notes)).ToList();
        if (columns.Count == 0)
            throw SlipwayException.Invalid($"There are no columns to learn from beside '{settings.Target}'. {string.Join(" ", notes)}");
        if (columns.FirstOrDefault(column => column.Name is "label" or "probabilities" or "prediction" || column.Name.StartsWith('/')) is { } taken)
            throw SlipwayException.Invalid($"A column cannot be called '{taken.Name}', which the exported model needs; rename it.");
        var validation = await OptionalAsync(lake, step, "validation_data", columns, settings, ct);
        var test = await OptionalAsync(lake, step, "test_data", columns, settings, ct);
        return Put(settings, columns, training, validation, test, notes);
    }

    private static async Task<RawTable?> OptionalAsync(
        ILakeTables lake, StepContext step, string input, IReadOnlyList<LearnedColumn> columns, AutomlSettings settings, CancellationToken ct)
    {
        if (!step.Inputs.TryGetValue(input, out var given))
            return null;

        using var table = await InputTable.OpenAsync(lake, given.Tree("table"), null, ct);
        var read = RawTable.Read(table, columns, settings, withSplits: false, ct);
        return read.Count > 0 ? read : throw SlipwayException.Invalid($"{input} has no rows whose target '{settings.Target}' is known.");
    }

    private static AutomlData Put(
        AutomlSettings settings, List<LearnedColumn> columns, RawTable training, RawTable? validation, RawTable? test, List<string> notes)
    {
        RawTable[] tables = [.. new[] { training, validation, test }.OfType<RawTable>()];
        if (tables.Any(table => table.TargetIsNumber != training.TargetIsNumber))
            throw SlipwayException.Invalid($"The target '{settings.Target}' is a number in one of the tables and a text in another; make them the same.");
        var classes = settings.Classifies
            ? TargetClasses.Of(settings.Target, tables.SelectMany(table => table.Texts), training.TargetIsNumber, settings.PositiveLabel)
            : null;
        AutomlRows Rows(RawTable table) => new()
        {
            Columns = [.. columns.Select(column => Column(table, column))],
            Target = classes?.PlacesOf(table.Texts) ?? Finite(settings, table.Numbers),
            Weights = table.Weights,
        };

        var (rows, tested) = (Rows(training), test is null ? null : Rows(test));
        var splits = training.Splits;
        if (settings.TestShare is { } share)
        {
            if (settings.Forecast is not null)
                throw SlipwayException.Invalid("test_data_size draws rows, which tears time series apart; give the last rows as test_data.");
            var (kept, drawn) = Draw(rows.Count, share);
            (rows, tested) = (rows.Take(kept), rows.Take(drawn));
            splits = [.. splits.Select(split => Array.ConvertAll(kept, row => split[row]))];
        }

        return new AutomlData
        {
            Columns = columns,
            Rows = validation is null ? rows : rows.And(Rows(validation)),
            TrainingRows = rows.Count,
            Test = tested,
            Splits = splits,
            Classes = classes,
            Notes = notes,
        };
    }

    private static double[] Finite(AutomlSettings settings, double[] target) => Array.TrueForAll(target, double.IsFinite)
        ? target
        : throw SlipwayException.Invalid($"The target '{settings.Target}' is infinite or not a number in a row; leave such rows out.");

    private static (int[] Kept, int[] Drawn) Draw(int rows, double share)
    {
        var order = Enumerable.Range(0, rows).ToArray();
        new Random(Seed).Shuffle(order);
        var drawn = Math.Max(1, (int)(rows * share));
        return ([.. order[drawn..].Order()], [.. order[..drawn].Order()]);
    }

    private static FeatureColumn Column(RawTable table, LearnedColumn column) => table.Columns.First(read => read.Name == column.Name);
}
