using System.Buffers.Binary;
using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>
/// What a worker says of its outputs, one after the other: the name and the datatype with their lengths in two bytes, the number of dimensions in
/// one, the dimensions and the number of bytes in four each.
/// </summary>
internal ref struct WorkerTensors(ReadOnlySpan<byte> head)
{
    private ReadOnlySpan<byte> _rest = head;

    public ReadOnlySpan<byte> Name { get; private set; }

    public ReadOnlySpan<byte> DataType { get; private set; }

    public int Size { get; private set; }

    public bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Moves to the next and returns how many dimensions it has.</summary>
    public int Next(scoped Span<long> dims)
    {
        Name = Take(Take16());
        DataType = Take(Take16());
        var rank = Take(1)[0];
        if (rank > dims.Length)
            throw NoAnswer();
        for (var i = 0; i < rank; i++)
            dims[i] = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        Size = BinaryPrimitives.ReadInt32LittleEndian(Take(4));
        return rank;
    }

    private int Take16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
            throw NoAnswer();
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static SlipwayException NoAnswer() => new(ErrorCode.EngineFailed, "The model's worker answered what is no answer.");
}

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

[JsonSerializable(typeof(WorkerSpec))]
[JsonSerializable(typeof(BodyHead))]
[JsonSerializable(typeof(string[][]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class PythonJson : JsonSerializerContext;
