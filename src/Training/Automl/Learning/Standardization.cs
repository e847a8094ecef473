using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Training.Export;

namespace Slipway.Training.Automl.Learning;

/// <summary>Brings features to a mean of 0 and a deviation of 1, with the mean in the place of what is missing.</summary>
internal sealed class Standardization
{
    private readonly double[] _means;
    private readonly double[] _scales;

    private Standardization(double[] means, double[] scales) => (_means, _scales) = (means, scales);

    public int Width => _means.Length;

    public static Standardization Fit(FeatureTable features)
    {
        var moments = Array.ConvertAll(features.Columns, Moments);
        return new Standardization(
            Array.ConvertAll(moments, moment => moment.Mean), Array.ConvertAll(moments, moment => moment.Deviation > 0 ? 1 / moment.Deviation : 0));
    }

    /// <summary>Row after row.</summary>
    public double[] Apply(FeatureTable features)
    {
        var rows = new double[features.Rows * Width];
        for (var column = 0; column < Width; column++)
        {
            for (var row = 0; row < features.Rows; row++)
            {
                var value = features.Columns[column][row];
                rows[(row * Width) + column] = float.IsNaN(value) ? 0 : (value - _means[column]) * _scales[column];
            }
        }

        return rows;
    }

    public string AddTo(OnnxGraph graph, string features)
    {
        var values = graph.Cast(features, TensorProto.Types.DataType.Double);
        var centered = graph.Node("Mul", [graph.Node("Sub", [values, graph.Constant(_means)], []), graph.Constant(_scales)], []);
        return graph.Node("Where", [graph.Node("IsNaN", [values], []), graph.Constant([0.0]), centered], []);
    }

    private static (double Mean, double Deviation) Moments(float[] column)
    {
        double sum = 0, squares = 0, known = 0;
        foreach (var value in column)
        {
            if (float.IsNaN(value))
                continue;
            sum += value;
            known++;
        }

        var mean = known > 0 ? sum / known : 0;
        foreach (var value in column)
            squares += float.IsNaN(value) ? 0 : (value - mean) * (value - mean);

        // What floats cannot tell from no deviation would only be blown up.
        var deviation = known > 0 ? Math.Sqrt(squares / known) : 0;
        return (mean, deviation > 1e-6 * Math.Abs(mean) ? deviation : 0);
    }
}
