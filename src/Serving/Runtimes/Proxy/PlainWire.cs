using System.Buffers;
using System.Diagnostics;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>A route that takes bodies of its own making. Nothing is known of what is in them, so that they are passed on as they come.</summary>
internal sealed class PlainWire : IModelWire
{
    /// <summary>The server's address is the route.</summary>
    public string Path => "";

    public string? MetadataPath => null;

    public string? HealthPath => null;

    public int? Write(int rows, IReadOnlyList<HeapInput> inputs, ArrayBufferWriter<byte> body) => throw new UnreachableException("It has no tensors.");

    public IReadOnlyList<AnsweredTensor> Read(ReadOnlyMemory<byte> body, int? jsonLength, IReadOnlyList<TensorPlan> known) => throw new UnreachableException("It has no tensors.");
}
