using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Statistics.Drift;
using Slipway.Training.Automl.Learning;
using Slipway.Training.Automl.Tables;
using Slipway.Training.Export;
using Slipway.Training.Features;

namespace Slipway.Training.Automl.Results;

/// <summary>Writes the best pipeline as a model that can be registered and served.</summary>
internal static class AutomlFolder
{
    public const string ImportanceFile = "feature-importance.json";

    private const string ExampleFile = "input_example.json";
    private const int RowsAtOnce = 4096;

    /// <returns>How far ONNX Runtime and the trainer differ on these rows.</returns>
    public static async Task<double> WriteAsync(
        string folder, Pipeline pipeline, AutomlRows learned, IReadOnlyList<Importance>? importances, CancellationToken ct)
    {
        var onnx = pipeline.ToOnnx();
        var predicted = pipeline.Predict(learned);
        var difference = Check(onnx, pipeline, learned, predicted, ct);
        var signature = SignatureOf(pipeline);
        await File.WriteAllBytesAsync(Path.Combine(folder, ModelFolder.Onnx), onnx, ct);
        await File.WriteAllTextAsync(Path.Combine(folder, ModelFolder.Signature), JsonSerializer.Serialize(signature, ModelJson.Default.ModelSignature), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, ExampleFile), Example(learned).ToJsonString(), ct);
        await File.WriteAllTextAsync(
            Path.Combine(folder, ModelFolder.MlModel),
            $"""
            {ModelFolder.MlModelText(signature, onnx.Length)}saved_input_example_info:
              artifact_path: {ExampleFile}
              pandas_orient: split
              type: dataframe

            """,
            ct);
        await File.WriteAllBytesAsync(Path.Combine(folder, TrainingProfile.FileName), Profile(pipeline, learned, predicted).ToJson(), ct);
        if (importances is not null)
            await File.WriteAllTextAsync(Path.Combine(folder, ImportanceFile), Json(importances), ct);
        return difference;
    }

    public static string Json(IReadOnlyList<Importance> importances) =>
        JsonSerializer.Serialize([.. importances], AutomlJson.Default.ImportanceArray);

    /// <summary>The largest difference (of predictions above 1: relative); one that matters is EngineFailed.</summary>
    public static double Check(byte[] onnx, Pipeline pipeline, AutomlRows rows, double[] predicted, CancellationToken ct)
    {
        using var session = OnnxSession.Load(onnx);
        var output = pipeline.Classes is null ? OnnxExporter.Prediction : OnnxExporter.Probabilities;
        var width = predicted.Length / rows.Count;
        var largest = 0.0;
        for (var first = 0; first < rows.Count; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows.Count - first);
            var answer = session.Run(rows.Columns.ToDictionary(column => column.Name, column => ExportCheck.Slice(column, first, count)), ct);
            var difference = ExportCheck.Largest(
                answer[output].As<float>(), Array.ConvertAll(predicted[(first * width)..((first + count) * width)], value => (float)value));
            // Written so that a difference of NaN is refused as well.
            if (!(difference <= ExportCheck.Tolerance))
            {
                throw new SlipwayException(ErrorCode.EngineFailed, string.Create(CultureInfo.InvariantCulture,
                    $"The exported {pipeline.Learner} answers differently from the trainer: by {difference:g3}, and {ExportCheck.Tolerance:g} is allowed. "
                    + $"It is not to be used; please report it."));
            }

            largest = Math.Max(largest, difference);
        }

        return largest;
    }

    private static ModelSignature SignatureOf(Pipeline pipeline)
    {
        TensorSignature[] inputs = [.. pipeline.Columns.Select(column => new TensorSignature(column.Name, TypeOf(column.Kind), [-1, 1], ModelRoles.Feature))];
        if (pipeline.Classes is not { } classes)
            return new ModelSignature(inputs, [new(OnnxExporter.Prediction, "FP32", [-1, 1], ModelRoles.Score)]);

        return new ModelSignature(
            inputs,
            [
                new(OnnxExporter.Label, classes.Numbers is null ? "BYTES" : "INT64", [-1], ModelRoles.Label),
                new(OnnxExporter.Probabilities, "FP32", [-1, classes.Count], ModelRoles.Score),
            ]);
    }

    private static string TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Numeric => "FP32",
        ColumnKind.DateTime => "FP64",
        _ => "BYTES",
    };

    // The first row in which nothing is missing, or the first.
    private static JsonObject Example(AutomlRows rows)
    {
        var whole = Enumerable.Range(0, rows.Count).FirstOrDefault(row => rows.Columns.All(column => Value(column, row) is not null));
        return new JsonObject
        {
            ["columns"] = new JsonArray([.. rows.Columns.Select(column => (JsonNode?)column.Name)]),
            ["data"] = new JsonArray(new JsonArray([.. rows.Columns.Select(column => Value(column, whole))])),
        };
    }

    private static JsonNode? Value(FeatureColumn column, int row) =>
        column.Numbers is { } numbers ? float.IsNaN(numbers.Span[row]) ? null : JsonValue.Create(numbers.Span[row])
        : column.Instants is { } instants ? double.IsNaN(instants.Span[row]) ? null : JsonValue.Create(instants.Span[row])
        : column.Texts![row] is { Length: > 0 } text ? JsonValue.Create(text) : null;

    private static TrainingProfile Profile(Pipeline pipeline, AutomlRows rows, double[] predicted)
    {
        // It sorts what it is given.
        double[]? scores = pipeline.Classes?.Count switch
        {
            null => [.. predicted],
            2 => [.. predicted.Where((_, at) => at % 2 == 1)],
            _ => null,
        };
        return new TrainingProfile(
            rows.Count, [.. rows.Columns.Select(RowsProfile.Of)], scores is null ? null : FeatureProfile.OfNumbers("score", scores));
    }
}

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(Importance[]))]
internal sealed partial class AutomlJson : JsonSerializerContext;
