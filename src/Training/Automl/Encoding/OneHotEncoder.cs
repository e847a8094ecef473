using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Encoding;

/// <summary>A 1 for the category that it is, and zeros for the others; all are zero for one that was not seen.</summary>
internal sealed record OneHotEncoder(string Column, IReadOnlyList<string> Categories) : Encoder
{
    public override string Name => Column;

    public override IReadOnlyList<string> Features => [.. Categories.Select(category => $"{Column}={category}")];

    public override float[][] Encode(AutomlRows rows)
    {
        var places = Categories.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        var encoded = Categories.Select(_ => new float[rows.Count]).ToArray();
        foreach (var (row, text) in rows.Column(Column).Texts!.Index())
        {
            if (places.TryGetValue(text ?? "", out var place))
                encoded[place][row] = 1;
        }

        return encoded;
    }

    public override string AddTo(RawInputs inputs)
    {
        var place = inputs.Coded(Column, Categories.Select((category, at) => KeyValuePair.Create(category, (float)at)), -1);
        var places = inputs.Graph.Constant([.. Enumerable.Range(0, Categories.Count).Select(at => (float)at)]);
        return inputs.Graph.Cast(inputs.Graph.Node("Equal", [place, places], []), TensorProto.Types.DataType.Float);
    }
}
