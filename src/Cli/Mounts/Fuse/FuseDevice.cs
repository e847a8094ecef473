using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Cli.Mounts.Fuse;

/// <summary>/dev/fuse, opened for one mount.</summary>
internal sealed unsafe partial class FuseDevice(SafeFileHandle file) : IFuseDevice, IDisposable
{
    private const int NotThere = 2, Interrupted = 4, Again = 11;

    public int Read(byte[] buffer)
    {
        while (true)
        {
            var read = Read(file, buffer, (nuint)buffer.Length);
            if (read > 0)
                return (int)read;

            // A request can be taken back before it is read. Anything else means that there will be none any more.
            if (read == 0 || Marshal.GetLastPInvokeError() is not (NotThere or Interrupted or Again))
                return 0;
        }
    }

    public void Write(params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        var pinned = new MemoryHandle[parts.Length];
        var vector = stackalloc Part[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            pinned[i] = parts[i].Pin();
            vector[i] = new Part(pinned[i].Pointer, (nuint)parts[i].Length);
        }

        _ = WriteVector(file, vector, parts.Length);
        foreach (var handle in pinned)
            handle.Dispose();
    }

    public void Dispose() => file.Dispose();

    private readonly struct Part(void* start, nuint length)
    {
        public readonly void* Start = start;
        public readonly nuint Length = length;
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, byte[] buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    private static partial nint WriteVector(SafeFileHandle file, Part* parts, int count);
}
