using System.Runtime.InteropServices;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes;

/// <summary>An input's memory, as many rows as its runner has room for.</summary>
internal abstract class InputMemory
{
    /// <summary>All elements, little endian, one after the other; empty for texts.</summary>
    public abstract Span<byte> Bytes { get; }

    public Span<T> Span<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes);

    public abstract void SetText(int index, ReadOnlySpan<byte> utf8);
}

/// <summary>What the last run answered for one output.</summary>
internal abstract class OutputMemory
{
    public abstract OnnxElementType ElementType { get; }

    public abstract ReadOnlySpan<long> Dims { get; }

    public abstract int Count { get; }

    /// <summary>The elements, little endian, one after the other; empty for texts.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    public ReadOnlySpan<T> Span<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes);

    public abstract ReadOnlySpan<byte> Text(int index);
}
