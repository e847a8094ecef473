using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Registry.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Training.Export;

/// <summary>The files of a model as the registry and the serving runtimes expect them.</summary>
internal static class ModelFolder
{
    public const string Onnx = "model.onnx";
    public const string Signature = "signature.json";
    public const string XgboostJson = "model.xgb.json";
    public const string FeatureGains = "feature-gains.json";
    public const string MlModel = "MLmodel";

    public static async Task WriteAsync(string folder, TrainedModel model, CancellationToken ct)
    {
        var signature = JsonSerializer.Serialize(model.Signature, ModelJson.Default.ModelSignature);
        var gains = new SortedDictionary<string, float>(model.Gains.ToDictionary(), StringComparer.Ordinal);
        await File.WriteAllBytesAsync(Path.Combine(folder, Onnx), model.Onnx, ct);
        await File.WriteAllBytesAsync(Path.Combine(folder, XgboostJson), model.XgboostJson, ct);
        await File.WriteAllBytesAsync(Path.Combine(folder, TrainingProfile.FileName), model.Profile.ToJson(), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, Signature), signature, ct);
        await File.WriteAllTextAsync(
            Path.Combine(folder, FeatureGains), JsonSerializer.Serialize(gains, ModelJson.Default.SortedDictionaryStringSingle), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, MlModel), MlModelText(model.Signature, model.Onnx.Length + model.XgboostJson.Length), ct);
    }

    // https://mlflow.org/docs/latest/ml/model/ — only the ONNX flavor: MLflow's pyfunc wrapper hands each column over without
    // its second dimension, which these models have.
    public static string MlModelText(ModelSignature signature, long bytes) => string.Create(CultureInfo.InvariantCulture,
        $$"""
        flavors:
          onnx:
            data: {{Onnx}}
            onnx_version: 1.12.0
            providers:
            - CPUExecutionProvider
        model_size_bytes: {{bytes}}
        signature:
          inputs: '{{Tensors(signature.Inputs)}}'
          outputs: '{{Tensors(signature.Outputs)}}'

        """);

    private static string Tensors(IReadOnlyList<TensorSignature> tensors) => JsonSerializer.Serialize(
        tensors.Select(tensor => new MlTensor(
            tensor.Name,
            "tensor",
            new MlTensorSpec(tensor.DataType switch { "FP32" => "float32", "FP64" => "float64", "INT64" => "int64", _ => "str" }, tensor.Shape))).ToArray(),
        ModelJson.Default.MlTensorArray).Replace("'", "''", StringComparison.Ordinal);
}

internal sealed record MlTensor(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("tensor-spec")] MlTensorSpec Spec);

internal sealed record MlTensorSpec(
    [property: JsonPropertyName("dtype")] string DataType,
    [property: JsonPropertyName("shape")] IReadOnlyList<long> Shape);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelSignature))]
[JsonSerializable(typeof(SortedDictionary<string, float>))]
[JsonSerializable(typeof(MlTensor[]))]
internal sealed partial class ModelJson : JsonSerializerContext;
