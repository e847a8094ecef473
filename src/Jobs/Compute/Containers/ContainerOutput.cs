using System.Buffers.Binary;

namespace Slipway.Jobs.Compute.Containers;

/// <summary>What a container writes, as the engine sends it.</summary>
internal static class ContainerOutput
{
    /// <summary>Tells all of it, until the container ends.</summary>
    // Frames: a byte for the stream, three zeros, the length (big-endian), the bytes.
    public static async Task PumpAsync(Stream output, Action<ReadOnlySpan<byte>> say)
    {
        var header = new byte[8];
        var buffer = new byte[32 * 1024];
        try
        {
            while (await output.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) == header.Length)
            {
                var left = (int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
                while (left > 0 && await output.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length))) is var count and > 0)
                {
                    say(buffer.AsSpan(0, count));
                    left -= count;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or ObjectDisposedException)
        {
            // The container was deleted under the stream; what it said until then is kept.
        }
    }
}
