using Google.Protobuf;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Tables;
using Slipway.Training.Export;
using static Slipway.Engines.OnnxRuntime.Proto.TensorProto.Types;

namespace Slipway.Training.Automl.Learning;

/// <summary>A model with what makes its features of raw columns.</summary>
internal sealed record Pipeline(
    IReadOnlyList<LearnedColumn> Columns, IReadOnlyList<Encoder> Encoders, FittedModel Model, TargetClasses? Classes, string Learner)
    : IDisposable
{
    public FeatureTable Features(AutomlRows rows) => Table(Encoders, encoder => encoder.Encode(rows));

    /// <summary>For each row the probability of each class, or the number.</summary>
    public double[] Predict(AutomlRows rows) => Model.Predict(Features(rows));

    /// <summary>
    /// The whole of it: raw columns in, "probabilities" float [N, classes] and "label" [N] out, or "prediction" float [N, 1].
    /// </summary>
    public byte[] ToOnnx()
    {
        var graph = new OnnxGraph("slipway_automl");
        var inputs = new RawInputs(graph, Columns);
        var features = inputs.Joined([.. Encoders.Select(encoder => encoder.AddTo(inputs))]);
        var scores = Model.AddTo(graph, features);
        if (Classes is null)
        {
            graph.Node("Identity", [scores], [], OnnxExporter.Prediction);
            graph.Output(OnnxExporter.Prediction, DataType.Float, 1);
            return Whole(graph);
        }

        var likeliest = graph.Node("ArgMax", [scores], [OnnxGraph.Attribute("axis", 1), OnnxGraph.Attribute("keepdims", 0)]);
        var names = Classes.Numbers is { } numbers ? graph.Constant(numbers) : graph.Constant(Classes.Names);
        graph.Node("Gather", [names, likeliest], [], OnnxExporter.Label);
        graph.Node("Identity", [scores], [], OnnxExporter.Probabilities);
        graph.Output(OnnxExporter.Label, Classes.Numbers is null ? DataType.String : DataType.Int64);
        graph.Output(OnnxExporter.Probabilities, DataType.Float, Classes.Count);
        return Whole(graph);
    }

    public void Dispose() => Model.Dispose();

    /// <param name="encode">What becomes of each encoder's columns.</param>
    public static FeatureTable Table(IReadOnlyList<Encoder> encoders, Func<Encoder, float[][]> encode) =>
        new([.. encoders.SelectMany(encoder => encoder.Features)], [.. encoders.SelectMany(encode)]);

    private byte[] Whole(OnnxGraph graph)
    {
        List<KeyValuePair<string, string>> metadata = [new("slipway.trainer", "automl"), new("slipway.algorithm", Learner)];
        if (Classes is not null)
            metadata.Add(new("slipway.classes", string.Join("\n", Classes.Names)));
        return graph.ToModel(metadata).ToByteArray();
    }
}
