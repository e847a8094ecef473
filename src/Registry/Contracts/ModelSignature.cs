using System.Text.Json.Serialization;

namespace Slipway.Registry.Contracts;

/// <summary>
/// What a model takes and gives, column by column, in Open Inference Protocol types. A tabular model has one tensor of
/// shape [-1, 1] for each raw column.
/// </summary>
public sealed record ModelSignature(
    [property: JsonPropertyName("inputs")] IReadOnlyList<TensorSignature> Inputs,
    [property: JsonPropertyName("outputs")] IReadOnlyList<TensorSignature> Outputs);

/// <summary>One tensor of a signature.</summary>
/// <param name="DataType">BOOL, UINT8 … INT64, FP16, FP32, FP64, BYTES (strings).</param>
/// <param name="Shape">-1 is free; the first is the batch.</param>
/// <param name="Optional">Of an input: whether requests may leave it out.</param>
/// <param name="Categories">Of an input of texts: those that it may have; null: any.</param>
/// <param name="Role">"feature", "label" (the predicted class), "score" (probabilities); null when unknown.</param>
public sealed record TensorSignature(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("datatype")] string DataType,
    [property: JsonPropertyName("shape")] IReadOnlyList<long> Shape,
    [property: JsonPropertyName("role")] string? Role = null,
    [property: JsonPropertyName("optional"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Optional = false,
    [property: JsonPropertyName("categories"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Categories = null);
