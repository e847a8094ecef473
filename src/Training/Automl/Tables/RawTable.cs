using System.Buffers;
using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Training.Features;
using Slipway.Training.Tables;

namespace Slipway.Training.Automl.Tables;

/// <summary>The columns of a table as they were read, with the target as texts or numbers.</summary>
internal sealed record RawTable
{
    public required IReadOnlyList<FeatureColumn> Columns { get; init; }

    /// <summary>Empty when the target is a text.</summary>
    public required double[] Numbers { get; init; }

    /// <summary>The target as it is written; numbers too, where classes are learned.</summary>
    public required IReadOnlyList<string> Texts { get; init; }

    public required float[] Weights { get; init; }

    public required IReadOnlyList<double[]> Splits { get; init; }

    public required bool TargetIsNumber { get; init; }

    public int Count => Math.Max(Numbers.Length, Texts.Count);

    public static RawTable Read(InputTable table, IReadOnlyList<LearnedColumn> columns, AutomlSettings settings, bool withSplits, CancellationToken ct)
    {
        var stored = table.Type(settings.Target, "the target");
        var isNumber = stored.IsNumeric || stored.Id == DuckDbTypeId.Boolean;
        if (!isNumber && !settings.Classifies)
            throw SlipwayException.Invalid($"The target '{settings.Target}' is {stored}; a number is needed, or task: classification.");

        var splits = withSplits ? settings.SplitColumns : [];
        var expressions = columns.Select(column => Expression(table, column)).ToList();
        expressions.Add(isNumber ? table.Label(settings.Target) : $"{DuckDbSql.Identifier(settings.Target)}::varchar");
        if (settings.WeightColumn is { } weight)
            expressions.Add(table.Label(weight));
        expressions.AddRange(splits.Select(table.Label));
        using var result = table.Select(expressions, settings.Target, ct);
        return Take(result, columns, isNumber, settings, splits.Count);
    }

    private static RawTable Take(
        DuckDbResult result, IReadOnlyList<LearnedColumn> columns, bool targetIsNumber, AutomlSettings settings, int splits)
    {
        var readers = columns.Select(column => new ColumnReader(column)).ToList();
        var (numbers, weights) = (new ArrayBufferWriter<double>(), new ArrayBufferWriter<double>());
        var others = Enumerable.Range(0, splits).Select(_ => new ArrayBufferWriter<double>()).ToList();
        var (texts, pool) = (new List<string?>(), new TextPool());
        foreach (var chunk in result.Chunks())
        {
            foreach (var (at, reader) in readers.Index())
                reader.Take(chunk.Column(at));
            var next = columns.Count;
            if (targetIsNumber)
                chunk.Column(next++).AppendTo(numbers);
            else
                chunk.Column(next++).AppendTo(texts, pool);
            if (settings.WeightColumn is not null)
                chunk.Column(next++).AppendTo(weights);
            foreach (var other in others)
                chunk.Column(next++).AppendTo(other);
        }

        var target = numbers.WrittenSpan.ToArray();
        return new RawTable
        {
            Columns = [.. readers.Select(reader => reader.Column())],
            Numbers = target,
            Texts = settings.Classifies && targetIsNumber
                ? Array.ConvertAll(target, number => number.ToString("R", CultureInfo.InvariantCulture))
                : [.. texts.Select(text => text!)],
            Weights = Array.ConvertAll(weights.WrittenSpan.ToArray(), weight => weight >= 0 && double.IsFinite(weight) ? (float)weight : throw
                SlipwayException.Invalid(string.Create(CultureInfo.InvariantCulture, $"The weight '{settings.WeightColumn}' is {weight} in a row; weights are 0 or more."))),
            Splits = [.. others.Select(other => other.WrittenSpan.ToArray())],
            TargetIsNumber = targetIsNumber,
        };
    }

    private static string Expression(InputTable table, LearnedColumn column)
    {
        var stored = table.Type(column.Name, "a column of the training data");
        var name = DuckDbSql.Identifier(column.Name);
        var isText = stored.Id is DuckDbTypeId.Varchar or DuckDbTypeId.Enum;
        return column.Kind switch
        {
            ColumnKind.Numeric => isText ? $"try_cast({name} as float)" : $"{name}::float",
            ColumnKind.DateTime => isText ? $"epoch_us(try_cast({name}::varchar as timestamp))::double" : $"epoch_us({name}::timestamp)::double",
            _ => $"{name}::varchar",
        };
    }

    private sealed class ColumnReader(LearnedColumn column)
    {
        private readonly ArrayBufferWriter<float> _numbers = new();
        private readonly ArrayBufferWriter<double> _instants = new();
        private readonly List<string?> _texts = [];
        private readonly TextPool _pool = new();

        public void Take(DuckDbVector vector)
        {
            if (column.Kind == ColumnKind.Numeric)
                vector.AppendTo(_numbers);
            else if (column.Kind == ColumnKind.DateTime)
                vector.AppendTo(_instants);
            else
                vector.AppendTo(_texts, _pool);
        }

        // What is infinite is not known: no learner can do anything with it.
        public FeatureColumn Column() => column.Kind switch
        {
            ColumnKind.Numeric => FeatureColumn.Of(
                column.Name, Array.ConvertAll(_numbers.WrittenSpan.ToArray(), number => float.IsInfinity(number) ? float.NaN : number)),
            ColumnKind.DateTime => FeatureColumn.Of(column.Name, _instants.WrittenMemory),
            _ => FeatureColumn.Of(column.Name, _texts),
        };
    }
}
