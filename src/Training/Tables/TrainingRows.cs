using System.Buffers;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Training.Features;
using Slipway.Training.Steps;

namespace Slipway.Training.Tables;

/// <summary>The rows to learn from or to validate on, column by column.</summary>
internal sealed record TrainingRows
{
    public required IReadOnlyList<FeatureColumn> Columns { get; init; }

    public required IReadOnlyList<FeatureKind> Types { get; init; }

    public required float[] Label { get; init; }

    /// <summary>Empty without a time column.</summary>
    public required double[] Times { get; init; }

    /// <summary>The times are microseconds since 1970, not some other number.</summary>
    public bool HasClock { get; init; }

    public int Count => Label.Length;

    public static TrainingRows Read(InputTable table, XgboostFields fields, CancellationToken ct)
    {
        var label = table.Label(fields.Label);
        var types = fields.Features.Select(feature => TypeOf(table, feature)).ToArray();
        var expressions = fields.Features.Zip(types, Expression).Append($"({label})::float").ToList();
        if (fields.TimeColumn is { } time)
            expressions.Add(table.Time(time));

        var numbers = types.Select(_ => new ArrayBufferWriter<float>()).Append(new()).ToArray();
        var texts = types.Select(_ => new List<string?>()).ToArray();
        var pools = types.Select(_ => new TextPool()).ToArray();
        var times = new ArrayBufferWriter<double>();
        using var result = table.Select(expressions, fields.Label, ct);
        foreach (var chunk in result.Chunks())
        {
            for (var i = 0; i < types.Length; i++)
            {
                if (types[i] == FeatureKind.Numeric)
                    chunk.Column(i).AppendTo(numbers[i]);
                else
                    chunk.Column(i).AppendTo(texts[i], pools[i]);
            }

            chunk.Column(types.Length).AppendTo(numbers[^1]);
            if (fields.TimeColumn is not null)
                chunk.Column(types.Length + 1).AppendTo(times);
        }

        return new TrainingRows
        {
            Columns = [.. fields.Features.Select((feature, i) => types[i] == FeatureKind.Numeric
                ? FeatureColumn.Of(feature.Name, numbers[i].WrittenMemory)
                : FeatureColumn.Of(feature.Name, texts[i]))],
            Types = types,
            Label = numbers[^1].WrittenSpan.ToArray(),
            Times = times.WrittenSpan.ToArray(),
            HasClock = fields.TimeColumn is { } column && !table.Type(column, "the time column").IsNumeric,
        };
    }

    /// <summary>The rows of which this is true.</summary>
    public TrainingRows Where(bool[] chosen)
    {
        var places = Enumerable.Range(0, Count).Where(row => chosen[row]).ToArray();
        return this with
        {
            Columns = [.. Columns.Select(column => column.Take(places))],
            Label = Array.ConvertAll(places, row => Label[row]),
            Times = Times.Length == 0 ? [] : Array.ConvertAll(places, row => Times[row]),
        };
    }

    private static string Expression(WantedFeature feature, FeatureKind type) =>
        $"{DuckDbSql.Identifier(feature.Name)}::{(type == FeatureKind.Numeric ? "float" : "varchar")}";

    private static FeatureKind TypeOf(InputTable table, WantedFeature feature)
    {
        var stored = table.Type(feature.Name, "a feature");
        var isNumber = stored.IsNumeric || stored.Id == DuckDbTypeId.Boolean;
        var isText = stored.Id is DuckDbTypeId.Varchar or DuckDbTypeId.Enum;
        if (!isNumber && !isText)
        {
            throw SlipwayException.Invalid(
                $"The column '{feature.Name}' is {stored}, which is neither a number nor a text; make one of it in the step before, "
                + "such as the hour of a time.");
        }

        if (feature.Type == FeatureKind.Numeric && isText)
            throw SlipwayException.Invalid($"The feature '{feature.Name}' is to be numeric, but its column is {stored}; make it categorical.");
        return feature.Type ?? (isNumber ? FeatureKind.Numeric : FeatureKind.Categorical);
    }
}
