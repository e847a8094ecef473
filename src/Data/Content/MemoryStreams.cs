using System.Runtime.InteropServices;

namespace Slipway.Data;

internal static class MemoryStreams
{
    /// <summary>A stream over the same bytes; copied only when they are not an array's.</summary>
    public static MemoryStream AsStream(this ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
}
