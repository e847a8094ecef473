using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Scoring;

/// <summary>Scores the rows of a query: DuckDB's chunks go into the engine's inputs, and its outputs into chunks, column by column.</summary>
internal sealed class TableScorer
{
    private readonly ServedModel _model;
    private readonly string? _id;
    private readonly List<(TensorPlan Input, int Offset, string Column)> _sources = [];
    private readonly List<CollectedColumn> _outputs;

    /// <param name="columns">Those of the table: NAME, or NAME_0, … where a row has several values.</param>
    /// <param name="prefix">What stands before the names of inputs in those of columns.</param>
    /// <param name="id">The column of texts that is carried over; null: none.</param>
    public TableScorer(ServedModel model, IReadOnlyCollection<string> columns, string prefix, string? id)
    {
        (_model, _id) = (model, id);
        _outputs = [.. ColumnPlan.Create(model).Where(column => column.Name.StartsWith("output_", StringComparison.Ordinal))];
        if (model.FixedRows is { } rows)
            throw SlipwayException.Invalid($"Model '{model.Name}' takes {rows} rows at a time; only models with a free number of rows score tables.");
        var known = columns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var input in model.Inputs)
        {
            var names = Names(input, model.Inputs.Length == 1, columns, prefix);
            if (names.TrueForAll(known.Contains))
                _sources.AddRange(names.Select((name, offset) => (input, offset, name)));
            else if (!model.IsOptional(input))
                throw SlipwayException.Invalid($"Model '{model.Name}' wants the input {input}; there is no column '{names.First(name => !known.Contains(name))}' among: {string.Join(", ", columns.Take(20))}.");
        }
    }

    /// <summary>The columns of answers, and whether they may hold NaN.</summary>
    public IEnumerable<(string Name, bool IsFloat)> Outputs =>
        _outputs.Select(column => (column.Name, column.Type is DuckDbTypeId.Float or DuckDbTypeId.Double));

    /// <summary>Scores all rows of a query into a new table of outputs, in the query's order; how many.</summary>
    /// <param name="source">Reads; a statement keeps its connection busy.</param>
    /// <param name="target">Has the table then.</param>
    public async Task<long> RunAsync(
        DuckDbConnection source, string query, DuckDbConnection target, string table, ScoringSlot slot, CancellationToken ct)
    {
        var definitions = _outputs.Select(column => $"{DuckDbSql.Identifier(column.Name)} {new DuckDbType(column.Type)}");
        var wanted = Wanted(source, query, ct);
        var types = _outputs.Select(column => column.Type);
        if (_id is not null)
        {
            definitions = definitions.Prepend($"{_id} varchar");
            wanted = wanted.Append(_id);
            types = types.Prepend(DuckDbTypeId.Varchar);
        }

        target.Execute($"create or replace table {table} ({string.Join(", ", definitions)})", ct);
        using var appender = target.Append(table);
        using var answers = new DuckDbDataChunk([.. types]);
        using var result = source.Query($"select {string.Join(", ", wanted)} from ({query})", ct);
        var rows = 0L;
        foreach (var chunk in result.Chunks())
        {
            Fill(slot, chunk);
            await slot.RunAsync(ct);
            Append(slot, chunk, answers);
            appender.Append(answers);
            rows += chunk.RowCount;
        }

        appender.Close();
        return rows;
    }

    // Models that take points in time take them as microseconds since 1970.
    private IEnumerable<string> Wanted(DuckDbConnection source, string query, CancellationToken ct)
    {
        var names = _sources.ConvertAll(one => DuckDbSql.Identifier(one.Column));
        using var stored = source.Query($"select {string.Join(", ", names)} from ({query}) limit 0", ct);
        return names.Select((name, at) => stored.Columns[at].Type.IsInstant && _sources[at].Input.ElementType == OnnxElementType.Double
            ? $"epoch_us({name}::timestamp)::double"
            : $"{name}::{SqlType(_sources[at].Input.ElementType)}").ToList();
    }

    // A model of one wide input, as scikit-learn's converters make them, takes a table of as many columns as it stands.
    private static List<string> Names(TensorPlan input, bool isAlone, IReadOnlyCollection<string> columns, string prefix) =>
        input.RowLength == 1 ? [prefix + input.Name]
        : isAlone && columns.Count == input.RowLength && !columns.Contains($"{prefix}{input.Name}_0") ? [.. columns]
        : [.. Enumerable.Range(0, input.RowLength).Select(i => $"{prefix}{input.Name}_{i}")];

    private void Fill(ScoringSlot slot, DuckDbChunk chunk)
    {
        slot.Begin();
        slot.SetRows(chunk.RowCount);
        for (var i = 0; i < _sources.Count; i++)
        {
            var (input, offset, name) = _sources[i];
            if (offset == 0)
                slot.Give(input);
            var column = chunk.Column(i);
            if (!column.AllValid && input.ElementType != OnnxElementType.String && !input.ElementType.IsFloating())
            {
                throw SlipwayException.Invalid($"The column '{name}' has missing values, and the input {input} can have none.");
            }

            FillColumn(slot, input, offset, column);
        }

        slot.CheckComplete();
    }

    private void FillColumn(ScoringSlot slot, TensorPlan input, int offset, DuckDbVector column)
    {
        switch (input.ElementType)
        {
            case OnnxElementType.String:
                // A slot keeps its texts in the order in which they are set, which for rows of several values is not the table's.
                for (var row = 0; row < column.Count; row++)
                {
                    var text = column.IsValid(row) ? column.GetUtf8(row) : default;
                    _model.CheckCategory(input, (row * input.RowLength) + offset, text);
                    slot.Runner.Inputs[input.Index].SetText((row * input.RowLength) + offset, text);
                }

                break;
            case OnnxElementType.Float16:
                var halves = slot.Runner.Inputs[input.Index].Span<Half>();
                for (var row = 0; row < column.Count; row++)
                    halves[(row * input.RowLength) + offset] = column.IsValid(row) ? (Half)column.Values<float>()[row] : Half.NaN;
                break;
            case OnnxElementType.BFloat16:
                var shorts = slot.Runner.Inputs[input.Index].Span<BFloat16>();
                for (var row = 0; row < column.Count; row++)
                    shorts[(row * input.RowLength) + offset] = column.IsValid(row) ? (BFloat16)column.Values<float>()[row] : BFloat16.NaN;
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
        var first = 0;
        if (_id is not null)
        {
            var ids = new string?[chunk.RowCount];
            var given = chunk.Column(_sources.Count);
            for (var row = 0; row < ids.Length; row++)
                ids[row] = given.GetString(row);
            answers.Set(first++, ids);
        }

        for (var i = 0; i < _outputs.Count; i++)
        {
            _outputs[i].Clear();
            _outputs[i].Append(slot);
            _outputs[i].Fill(answers, first + i, 0, chunk.RowCount);
        }
    }

    private static string SqlType(OnnxElementType type) => type switch
    {
        OnnxElementType.Float or OnnxElementType.Float16 or OnnxElementType.BFloat16 => "float",
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
