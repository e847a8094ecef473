using System.Buffers;
using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Training.Tables;

namespace Slipway.Training.Scoring;

/// <summary>The columns that scoring needs beside those that the models take.</summary>
/// <param name="Time">Puts the rows in this order; null: the order of the files.</param>
/// <param name="Key">Identifies a row; null: not needed.</param>
internal sealed record ScoringColumns(string Label, string? Time = null, string? Key = null);

/// <summary>What models said about the same rows, and what came true.</summary>
internal sealed record ScoredRows
{
    /// <summary>For each model its scores.</summary>
    public required IReadOnlyList<double[]> Scores { get; init; }

    public required bool[] Outcomes { get; init; }

    /// <summary>Empty when no key was asked for.</summary>
    public required IReadOnlyList<string?> Keys { get; init; }

    /// <summary>All models score each chunk of the table as it comes: the table is read once and never held.</summary>
    public static ScoredRows Read(InputTable table, IReadOnlyList<ScoringModel> models, ScoringColumns columns, CancellationToken ct)
    {
        var expressions = Expressions(table, models, columns);
        var scores = models.Select(_ => new ArrayBufferWriter<double>()).ToArray();
        var labels = new ArrayBufferWriter<double>();
        var times = new ArrayBufferWriter<double>();
        var keys = new List<string?>();
        using var result = table.Select(expressions, columns.Label, ct);
        foreach (var chunk in result.Chunks())
        {
            chunk.Column(0).AppendTo(labels);
            if (columns.Time is not null)
                chunk.Column(1).AppendTo(times);
            if (columns.Key is not null)
                AppendKeys(chunk.Column(columns.Time is null ? 1 : 2), keys);
            foreach (var (model, written) in models.Zip(scores))
            {
                model.Score(chunk, written.GetSpan(chunk.RowCount)[..chunk.RowCount], ct);
                written.Advance(chunk.RowCount);
            }
        }

        var rows = new ScoredRows
        {
            Scores = [.. scores.Select(written => written.WrittenSpan.ToArray())],
            Outcomes = ReadOutcomes(columns.Label, labels.WrittenSpan),
            Keys = keys,
        };
        return columns.Time is null ? rows : rows.InOrder(times.WrittenSpan);
    }

    private static List<string> Expressions(InputTable table, IReadOnlyList<ScoringModel> models, ScoringColumns columns)
    {
        List<string> expressions = [table.Label(columns.Label)];
        if (columns.Time is { } time)
            expressions.Add(table.Time(time));
        if (columns.Key is { } key)
        {
            table.Type(key, "the key");
            expressions.Add($"{DuckDbSql.Identifier(key)}::varchar");
        }

        var own = expressions.Count;
        foreach (var model in models)
        {
            model.Bind((column, type) =>
            {
                // Models that take points in time take them as microseconds.
                var expression = table.Type(column, $"an input of model {model.Name}").IsInstant && type == "double"
                    ? table.Time(column)
                    : $"{DuckDbSql.Identifier(column)}::{type}";
                var place = expressions.IndexOf(expression, own);
                if (place >= 0)
                    return place;
                expressions.Add(expression);
                return expressions.Count - 1;
            });
        }

        return expressions;
    }

    private static void AppendKeys(DuckDbVector column, List<string?> keys)
    {
        for (var row = 0; row < column.Count; row++)
            keys.Add(column.IsValid(row) ? column.GetString(row) : null);
    }

    private static bool[] ReadOutcomes(string label, ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
            throw SlipwayException.Invalid("There are no rows with a label to score; check the data and the condition 'where'.");
        var outcomes = new bool[values.Length];
        for (var row = 0; row < values.Length; row++)
        {
            outcomes[row] = values[row] switch
            {
                0 => false,
                1 => true,
                var other => throw SlipwayException.Invalid(string.Create(
                    CultureInfo.InvariantCulture, $"The label '{label}' has the value {other}; only 0 and 1 can be evaluated.")),
            };
        }

        return outcomes;
    }

    // Rows of the same time stay as they came, so that the same data gives the same order.
    private ScoredRows InOrder(ReadOnlySpan<double> times)
    {
        var at = times.ToArray();
        var order = Enumerable.Range(0, at.Length).ToArray();
        Array.Sort(order, (a, b) => at[a].CompareTo(at[b]) is var by and not 0 ? by : a.CompareTo(b));
        return new ScoredRows
        {
            Scores = [.. Scores.Select(scores => Array.ConvertAll(order, row => scores[row]))],
            Outcomes = Array.ConvertAll(order, row => Outcomes[row]),
            Keys = Keys.Count == 0 ? [] : Array.ConvertAll(order, row => Keys[row]),
        };
    }
}
