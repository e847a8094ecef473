using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Training.Export;

namespace Slipway.Training.Scoring;

/// <summary>A model that answers chunks of a table with one score a row. For one thread at a time.</summary>
internal sealed class ScoringModel : IDisposable
{
    private readonly OnnxSession _session;
    private readonly OnnxRunner _runner;
    private readonly OnnxOutput _score;
    private readonly int _width;
    private readonly int[] _columns;

    private ScoringModel(string name, OnnxSession session, OnnxRunner runner, int width)
    {
        Name = name;
        _session = session;
        _runner = runner;
        _score = runner.Outputs[0];
        _width = width;
        _columns = new int[runner.Inputs.Length];
    }

    public string Name { get; }

    /// <summary>The columns that it takes, each with the type of SQL that it is to be cast to.</summary>
    public IEnumerable<(string Column, string Type)> Inputs =>
        _runner.Inputs.Select(input => (input.Field.Name, SqlType(input.Field)));

    public static ScoringModel Create(string name, OnnxSession session, ModelSignature? signature)
    {
        var score = ScoreOf(name, session, signature);
        var width = score.Dims.Length == 1 ? 1 : checked((int)score.Dims[^1]);
        if (score.Dims.Length is 0 or > 2 || width is not (1 or 2) || score.ElementType != OnnxElementType.Float)
        {
            throw SlipwayException.Invalid(
                $"The model {name} answers with {score.Name} as {score.TypeText}; a score is float with one value a row, or with the "
                + "probabilities of two classes.");
        }

        foreach (var input in session.Inputs)
        {
            _ = SqlType(input);
            if (input.Dims.Skip(1).Any(dim => dim != 1))
            {
                throw SlipwayException.Invalid(
                    $"The model {name} takes {input.Name} as {input.TypeText}; only models with one input for each column can be evaluated.");
            }
        }

        return new ScoringModel(
            name,
            session,
            new OnnxRunner(session, new OnnxRunnerSettings { Capacity = DuckDbDataChunk.Capacity, Outputs = [score.Name] }),
            width);
    }

    /// <param name="placeOf">Where the column of an input is in the chunks.</param>
    public void Bind(Func<string, string, int> placeOf)
    {
        foreach (var (i, (column, type)) in Inputs.Index())
            _columns[i] = placeOf(column, type);
    }

    /// <summary>The score of each row: the probability of the second class where there are two.</summary>
    public void Score(DuckDbChunk chunk, Span<double> scores, CancellationToken ct)
    {
        for (var i = 0; i < _columns.Length; i++)
            Fill(_runner.Inputs[i], chunk.Column(_columns[i]));
        _runner.Run(chunk.RowCount, ct);
        var answers = _score.Span<float>();
        for (var row = 0; row < scores.Length; row++)
            scores[row] = answers[(row * _width) + _width - 1];
    }

    public void Dispose()
    {
        _runner.Dispose();
        _session.Dispose();
    }

    private static OnnxField ScoreOf(string name, OnnxSession session, ModelSignature? signature)
    {
        var wanted = signature?.Outputs.FirstOrDefault(output => output.Role == ModelRoles.Score)?.Name;
        return session.Outputs.FirstOrDefault(output => output.Name == wanted)
            ?? session.Outputs.FirstOrDefault(output => output.Name.Contains("probabilit", StringComparison.OrdinalIgnoreCase))
            ?? (session.Outputs.Where(output => output.ElementType == OnnxElementType.Float).ToArray() is [var only] ? only : null)
            ?? throw SlipwayException.Invalid(
                $"It is not known which output of the model {name} is the score: {string.Join(", ", session.Outputs.Select(output => output.Name))}; "
                + "give its signature an output with the role score.");
    }

    private static string SqlType(OnnxField field) => field.ElementType switch
    {
        OnnxElementType.Float => "float",
        OnnxElementType.Double => "double",
        OnnxElementType.Int64 => "bigint",
        OnnxElementType.Int32 => "integer",
        OnnxElementType.Bool => "boolean",
        OnnxElementType.String => "varchar",
        _ => throw SlipwayException.Invalid($"The model takes {field.Name} as {field.TypeText}, which a table cannot give; use float, int64 or string."),
    };

    private static void Fill(OnnxInput input, DuckDbVector column)
    {
        switch (input.Field.ElementType)
        {
            case OnnxElementType.Float:
                Tables.ColumnReading.CopyTo(column, input.Span<float>());
                break;
            case OnnxElementType.Double:
                Tables.ColumnReading.CopyTo(column, input.Span<double>());
                break;
            case OnnxElementType.String:
                for (var row = 0; row < column.Count; row++)
                    input.SetText(row, column.IsValid(row) ? column.GetUtf8(row) : []);
                break;
            case OnnxElementType.Int64:
                Known<long>(input, column).CopyTo(input.Span<long>());
                break;
            case OnnxElementType.Int32:
                Known<int>(input, column).CopyTo(input.Span<int>());
                break;
            default:
                Known<bool>(input, column).CopyTo(input.Span<bool>());
                break;
        }
    }

    private static ReadOnlySpan<T> Known<T>(OnnxInput input, DuckDbVector column)
        where T : unmanaged
    {
        for (var row = 0; !column.AllValid && row < column.Count; row++)
        {
            if (!column.IsValid(row))
                throw SlipwayException.Invalid($"The column '{input.Field.Name}' has missing values, and the model takes {input.Field.TypeText}, which has none; leave such rows out.");
        }

        return column.Values<T>();
    }
}
