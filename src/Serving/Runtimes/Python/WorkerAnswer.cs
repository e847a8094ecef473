using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>What a worker said: the head of its frame, and the body.</summary>
internal sealed record WorkerAnswer(WorkerHead Head, ReadOnlyMemory<byte> Body)
{
    public static WorkerAnswer Parse(ReadOnlySpan<byte> head, ReadOnlyMemory<byte> body)
    {
        try
        {
            return new WorkerAnswer(JsonSerializer.Deserialize(head, PythonJson.Default.WorkerHead)!, body);
        }
        catch (JsonException exception)
        {
            throw new SlipwayException(ErrorCode.EngineFailed, "The model's worker answered what is no answer.", exception);
        }
    }
}

/// <param name="Error">Why there is no answer; null: there is one.</param>
internal sealed record WorkerHead(
    [property: JsonPropertyName("error")] string? Error = null,
    [property: JsonPropertyName("outputs")] IReadOnlyList<WorkerTensor>? Outputs = null,
    [property: JsonPropertyName("status")] int Status = 200,
    [property: JsonPropertyName("headers")] IReadOnlyDictionary<string, string>? Headers = null);

internal sealed record WorkerTensor(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("datatype")] string DataType,
    [property: JsonPropertyName("dims")] long[] Dims,
    [property: JsonPropertyName("size")] int Size);

/// <summary>What a worker has to load.</summary>
internal sealed record WorkerSpec(
    [property: JsonPropertyName("folder")] string Folder,
    [property: JsonPropertyName("inputs")] IReadOnlyList<WorkerInput> Inputs,
    [property: JsonPropertyName("memory_mb")] int? MemoryMegabytes,
    [property: JsonPropertyName("script"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Script,
    [property: JsonPropertyName("flavors")] IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Flavors);

internal sealed record WorkerInput(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("datatype")] string DataType,
    [property: JsonPropertyName("row_length")] int RowLength);

/// <summary>The head of a request that a script answers whole.</summary>
internal sealed record BodyHead(
    [property: JsonPropertyName("method")] string Method,
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("headers")] IReadOnlyDictionary<string, string> Headers);

/// <summary>The head of a request of tensors; the outputs are pairs of name and datatype.</summary>
internal sealed record TensorHead(
    [property: JsonPropertyName("rows")] int Rows,
    [property: JsonPropertyName("outputs")] IReadOnlyList<string[]> Outputs);

[JsonSerializable(typeof(WorkerHead))]
[JsonSerializable(typeof(WorkerSpec))]
[JsonSerializable(typeof(BodyHead))]
[JsonSerializable(typeof(TensorHead))]
internal sealed partial class PythonJson : JsonSerializerContext;
