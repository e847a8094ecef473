using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Forecasting;

/// <summary>
/// Looks numbers up in tables by the time of a row, and by its series. The tables are part of the model: it knows the past of
/// its series itself, and is asked with raw columns.
/// </summary>
internal sealed record LookupEncoder : Encoder
{
    public required string Title { get; init; }

    public required IReadOnlyList<string> Made { get; init; }

    /// <summary>For each feature, series after series: NaN for a time that is not there, then one number for each step.</summary>
    public required float[][] Tables { get; init; }

    /// <summary>How many steps each series has in the tables.</summary>
    public required int Length { get; init; }

    /// <summary>Null: the tables are the same for all series.</summary>
    public required SeriesIndex? Series { get; init; }

    public required string TimeColumn { get; init; }

    public required Frequency Frequency { get; init; }

    /// <summary>The step that the tables begin with.</summary>
    public double First { get; init; }

    /// <summary>How many steps back it looks.</summary>
    public int Back { get; init; }

    /// <summary>The tables begin anew after so many steps; null: they do not.</summary>
    public int? Period { get; init; }

    public override string Name => Title;

    public override IReadOnlyList<string> Features => Made;

    public override float[][] Encode(AutomlRows rows)
    {
        var instants = rows.Column(TimeColumn).Instants!.Value.Span;
        var series = Series?.Of(rows);
        var encoded = Tables.Select(_ => new float[rows.Count]).ToArray();
        for (var row = 0; row < rows.Count; row++)
        {
            var at = Place(NumberArithmetic.Instance, instants[row]);
            var place = ((series?[row] ?? 0) * (Length + 1)) + (at >= 0 && at < Length ? (int)at + 1 : 0);
            for (var feature = 0; feature < Tables.Length; feature++)
                encoded[feature][row] = Tables[feature][place];
        }

        return encoded;
    }

    public override string AddTo(RawInputs inputs)
    {
        var graph = inputs.Graph;
        var at = Place(new GraphArithmetic(graph), TimeColumn);
        var isThere = graph.Node("And", [
            graph.Node("GreaterOrEqual", [at, graph.Constant([0.0])], []), graph.Node("Less", [at, graph.Constant([(double)Length])], [])], []);
        var next = graph.Node("Add", [at, graph.Constant([1.0])], []);
        var place = graph.Cast(graph.Node("Where", [isThere, next, graph.Constant([0.0])], []), TensorProto.Types.DataType.Int64);
        if (Series is not null)
            place = graph.Node("Add", [graph.Node("Mul", [Series.AddTo(inputs), graph.Constant([Length + 1L])], []), place], []);
        return inputs.Joined([.. Tables.Select(table => graph.Node("Gather", [graph.Constant(table), place], []))]);
    }

    private T Place<T>(IArithmetic<T> by, T micros)
    {
        var index = Frequency.Index(by, micros);
        return Period is { } period
            ? by.Subtract(index, by.Multiply(by.Floor(by.Divide(index, by.Constant(period))), by.Constant(period)))
            : by.Subtract(index, by.Constant(First + Back));
    }
}
