using System.Runtime.InteropServices;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Memory outside the GC's heap that grows; its owner frees it.</summary>
internal unsafe struct NativeBuffer
{
    // A cache line, and what the widest vector instructions like.
    private const nuint Alignment = 64;

    private void* _start;

    public readonly void* Start => _start;

    public nuint Length { get; private set; }

    public static NativeBuffer Zeroed(nuint bytes)
    {
        var buffer = default(NativeBuffer);
        buffer.Reserve(bytes);
        NativeMemory.Clear(buffer._start, buffer.Length);
        return buffer;
    }

    /// <summary>Makes room for so many bytes; what was inside is lost when it grows.</summary>
    public void Reserve(nuint bytes)
    {
        if (bytes <= Length && _start != null)
            return;

        var length = Math.Max(Math.Max(bytes, 2 * Length), Alignment);
        Free();
        _start = NativeMemory.AlignedAlloc(length, Alignment);
        Length = length;
    }

    public void Free()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
        Length = 0;
    }
}
