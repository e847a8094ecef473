using System.Globalization;
using Slipway.Engines.OnnxRuntime;
using Slipway.Engines.XGBoost;
using Slipway.Kernel;
using Slipway.Training.Features;
using Slipway.Training.Trees;

namespace Slipway.Training.Export;

/// <summary>Asks ONNX Runtime and XGBoost the same rows before an exported model goes anywhere.</summary>
internal static class ExportCheck
{
    public const double Tolerance = 1e-5;

    private const int RowsAtOnce = 8192;

    /// <summary>The largest difference (of predictions above 1: relative); one over the tolerance is EngineFailed.</summary>
    public static double Run(
        ReadOnlySpan<byte> onnx, XgbBooster booster, XgbObjective objective, IReadOnlyList<Feature> features,
        IReadOnlyList<FeatureColumn> columns, CancellationToken ct)
    {
        using var matrix = FeatureMatrix.Create(features, columns);
        var expected = booster.Predict(matrix);
        using var session = OnnxSession.Load(onnx);
        var inputs = features.Select(feature => columns.First(column => column.Name == feature.Name)).ToArray();
        var perRow = expected.Length / matrix.RowCount;
        var largest = 0.0;
        for (var first = 0; first < matrix.RowCount; first += RowsAtOnce)
        {
            var rows = Math.Min(RowsAtOnce, matrix.RowCount - first);
            var answer = session.Run(inputs.ToDictionary(column => column.Name, column => Slice(column, first, rows)), ct);
            var difference = Difference(objective, answer, expected.AsSpan(first * perRow, rows * perRow));
            // Written so that a difference of NaN is refused as well.
            if (!(difference <= Tolerance))
            {
                throw new SlipwayException(ErrorCode.EngineFailed, string.Create(CultureInfo.InvariantCulture,
                    $"The exported model answers differently from XGBoost: by {difference:g3} within rows {first} to {first + rows - 1}, "
                    + $"and {Tolerance:g} is allowed. It is not to be used; please report it with the model."));
            }

            largest = Math.Max(largest, difference);
        }

        return largest;
    }

    private static double Difference(
        XgbObjective objective, IReadOnlyDictionary<string, OnnxTensor> answer, ReadOnlySpan<float> expected)
    {
        if (!objective.Classifies)
            return Largest(answer[OnnxExporter.Prediction].As<float>(), expected);
        if (objective.PredictsLabel)
            return Largest([.. answer[OnnxExporter.Label].As<long>().Select(label => (float)label)], expected);

        var probabilities = answer[OnnxExporter.Probabilities].As<float>();
        return Largest(probabilities, objective.Link == XgbLink.Softmax ? expected : BothClasses(expected));
    }

    private static float[] BothClasses(ReadOnlySpan<float> positive)
    {
        var both = new float[positive.Length * 2];
        for (var row = 0; row < positive.Length; row++)
            (both[row * 2], both[(row * 2) + 1]) = (1 - positive[row], positive[row]);
        return both;
    }

    /// <summary>NaN when there is one: Math.Max hands it on.</summary>
    public static double Largest(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        if (actual.Length != expected.Length)
            return double.PositiveInfinity;

        var largest = 0.0;
        for (var i = 0; i < expected.Length; i++)
            largest = Math.Max(largest, Math.Abs(actual[i] - expected[i]) / Math.Max(1, Math.Abs(expected[i])));
        return largest;
    }

    /// <summary>Some rows of a raw column as a model takes them.</summary>
    public static OnnxTensor Slice(FeatureColumn column, int first, int rows) =>
        column.Numbers is { } numbers ? OnnxTensor.Create(numbers.Slice(first, rows).ToArray(), rows, 1)
        : column.Instants is { } instants ? OnnxTensor.Create(instants.Slice(first, rows).ToArray(), rows, 1)
        : OnnxTensor.Create(column.Texts!.Skip(first).Take(rows).Select(text => text ?? "").ToArray(), rows, 1);
}
