using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Replays;

/// <summary>Scores the rows of a query: DuckDB's chunks go into the engine's inputs, and its outputs into chunks, column by column.</summary>
internal sealed class TableScorer
{
    private const string Id = "prediction_id";

    private readonly ServedModel _model;
    private readonly List<(TensorPlan Input, int Offset, string Column)> _sources = [];
    private readonly List<CollectedColumn> _outputs;

    /// <param name="columns">Those of the table: "input_NAME", or "input_NAME_0", … where a row has several values.</param>
    public TableScorer(ServedModel model, IReadOnlySet<string> columns)
    {
        _model = model;
        _outputs = [.. ColumnPlan.Create(model).Where(column => column.Name.StartsWith("output_", StringComparison.Ordinal))];
        if (model.FixedRows is { } rows)
            throw SlipwayException.Invalid($"Model '{model.Name}' takes {rows} rows at a time; only models with a free number of rows can be replayed.");
        foreach (var input in model.Inputs)
        {
            List<string> names = input.RowLength == 1
                ? [$"input_{input.Name}"]
                : [.. Enumerable.Range(0, input.RowLength).Select(i => $"input_{input.Name}_{i}")];
            if (names.TrueForAll(columns.Contains))
                _sources.AddRange(names.Select((name, offset) => (input, offset, name)));
            else if (!model.IsOptional(input))
                throw SlipwayException.Invalid($"Model '{model.Name}' wants the input {input}, which was not collected.");
        }
    }

    /// <summary>Scores all rows of a query into a new table of prediction ids and outputs.</summary>
    /// <param name="source">Reads; a statement keeps its connection busy.</param>
    /// <param name="target">Has the table then.</param>
    public async Task RunAsync(
        DuckDbConnection source, string query, DuckDbConnection target, string table, ScoringSlot slot, CancellationToken ct)
    {
        var definitions = _outputs.Select(column => $"{DuckDbSql.Identifier(column.Name)} {new DuckDbType(column.Type)}");
        target.Execute($"create table {table} ({string.Join(", ", definitions.Prepend($"{Id} varchar"))})", ct);
        using var appender = target.Append(table);
        using var answers = new DuckDbDataChunk([DuckDbTypeId.Varchar, .. _outputs.Select(column => column.Type)]);
        var wanted = _sources.Select(one => $"{DuckDbSql.Identifier(one.Column)}::{SqlType(one.Input.ElementType)}");
        using var result = source.Query($"select {string.Join(", ", wanted.Prepend(Id))} from ({query})", ct);
        foreach (var chunk in result.Chunks())
        {
            Fill(slot, chunk);
            await slot.RunAsync(ct);
            Append(slot, chunk, answers);
            appender.Append(answers);
        }

        appender.Close();
    }

    private void Fill(ScoringSlot slot, DuckDbChunk chunk)
    {
        slot.Begin();
        slot.SetRows(chunk.RowCount);
        for (var i = 0; i < _sources.Count; i++)
        {
            var (input, offset, name) = _sources[i];
            if (offset == 0)
                slot.Give(input);
            var column = chunk.Column(i + 1);
            if (!column.AllValid && input.ElementType is not (
                OnnxElementType.Float or OnnxElementType.Double or OnnxElementType.Float16 or OnnxElementType.String))
            {
                throw SlipwayException.Invalid($"The column '{name}' has missing values, and the input {input} can have none.");
            }

            FillColumn(slot, input, offset, column);
        }

        slot.CheckComplete();
    }

    private static void FillColumn(ScoringSlot slot, TensorPlan input, int offset, DuckDbVector column)
    {
        switch (input.ElementType)
        {
            case OnnxElementType.String:
                // A slot keeps its texts in the order in which they are set, which for rows of several values is not the table's.
                for (var row = 0; row < column.Count; row++)
                    slot.Runner.Inputs[input.Index].SetText((row * input.RowLength) + offset, column.IsValid(row) ? column.GetUtf8(row) : default);
                break;
            case OnnxElementType.Float16:
                var halves = slot.Runner.Inputs[input.Index].Span<Half>();
                for (var row = 0; row < column.Count; row++)
                    halves[(row * input.RowLength) + offset] = column.IsValid(row) ? (Half)column.Values<float>()[row] : Half.NaN;
                break;
            case OnnxElementType.Float:
                Copy(slot, input, offset, column, float.NaN);
                break;
            case OnnxElementType.Double:
                Copy(slot, input, offset, column, double.NaN);
                break;
            default:
                CopyWhole(slot, input, offset, column);
                break;
        }
    }

    private static void CopyWhole(ScoringSlot slot, TensorPlan input, int offset, DuckDbVector column)
    {
        switch (input.ElementSize)
        {
            case 1:
                Copy<byte>(slot, input, offset, column, 0);
                break;
            case 2:
                Copy<short>(slot, input, offset, column, 0);
                break;
            case 4:
                Copy(slot, input, offset, column, 0);
                break;
            default:
                Copy(slot, input, offset, column, 0L);
                break;
        }
    }

    private static void Copy<T>(ScoringSlot slot, TensorPlan input, int offset, DuckDbVector column, T missing)
        where T : unmanaged
    {
        var values = column.Values<T>();
        var target = slot.Runner.Inputs[input.Index].Span<T>();
        if (column.AllValid && input.RowLength == 1)
        {
            values[..column.Count].CopyTo(target);
            return;
        }

        for (var row = 0; row < column.Count; row++)
            target[(row * input.RowLength) + offset] = column.IsValid(row) ? values[row] : missing;
    }

    private void Append(ScoringSlot slot, DuckDbChunk chunk, DuckDbDataChunk answers)
    {
        answers.Reset();
        var ids = new string?[chunk.RowCount];
        var given = chunk.Column(0);
        for (var row = 0; row < ids.Length; row++)
            ids[row] = given.GetString(row);
        answers.Set(0, ids);
        for (var i = 0; i < _outputs.Count; i++)
        {
            _outputs[i].Clear();
            _outputs[i].Append(slot);
            _outputs[i].Fill(answers, i + 1, 0, chunk.RowCount);
        }
    }

    private static string SqlType(OnnxElementType type) => type switch
    {
        OnnxElementType.Float or OnnxElementType.Float16 => "float",
        OnnxElementType.Double => "double",
        OnnxElementType.Bool => "boolean",
        OnnxElementType.Int64 => "bigint",
        OnnxElementType.Int32 => "integer",
        OnnxElementType.Int16 => "smallint",
        OnnxElementType.Int8 => "tinyint",
        OnnxElementType.UInt64 => "ubigint",
        OnnxElementType.UInt32 => "uinteger",
        OnnxElementType.UInt16 => "usmallint",
        OnnxElementType.UInt8 => "utinyint",
        _ => "varchar",
    };
}
