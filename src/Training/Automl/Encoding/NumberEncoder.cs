using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Encoding;

/// <summary>A number as it is, with another one in the place of a missing one where that is wanted, and whether it was missing.</summary>
internal sealed record NumberEncoder(string Column) : Encoder
{
    /// <summary>Null: missing stays missing; trees and linear learners have their own ways with it.</summary>
    public float? Fill { get; init; }

    public bool TellsMissing { get; init; }

    public override string Name => Column;

    public override IReadOnlyList<string> Features => TellsMissing ? [Column, $"{Column} is missing"] : [Column];

    public override float[][] Encode(AutomlRows rows)
    {
        var numbers = rows.Column(Column).Numbers!.Value.ToArray();
        var filled = Fill is { } fill ? Array.ConvertAll(numbers, number => float.IsNaN(number) ? fill : number) : numbers;
        return TellsMissing ? [filled, Array.ConvertAll(numbers, number => float.IsNaN(number) ? 1f : 0f)] : [filled];
    }

    public override string AddTo(RawInputs inputs)
    {
        var graph = inputs.Graph;
        if (Fill is null && !TellsMissing)
            return graph.Node("Identity", [Column], []);

        var isMissing = graph.Node("IsNaN", [Column], []);
        var filled = Fill is { } fill ? graph.Node("Where", [isMissing, graph.Constant([fill]), Column], []) : Column;
        return TellsMissing ? inputs.Joined([filled, graph.Cast(isMissing, TensorProto.Types.DataType.Float)]) : filled;
    }
}
