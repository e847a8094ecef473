using System.Buffers;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Protocol;

/// <summary>
/// Borrowed memory for bodies of requests, and a bound on what they hold together: without one, a few hundred clients that send
/// large bodies slowly would hold all there is.
/// </summary>
internal sealed class BodyMemory(ServingOptions options)
{
    // Of these, as many as there are connections: the pool of the process bounds them.
    private const int Uncounted = 64 * 1024;

    private long _held;

    /// <summary>Bytes of one body.</summary>
    public int Limit => options.MaxBodyBytes;

    /// <summary>Exhausted while other bodies hold too much.</summary>
    public byte[] Rent(int least)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(least);
        if (buffer.Length <= Uncounted || Interlocked.Add(ref _held, buffer.Length) <= options.MaxBodyMemory)
            return buffer;
        Return(buffer);
        throw new SlipwayException(ErrorCode.Exhausted, "Bodies of other requests hold all memory that there is for them; try again later.");
    }

    public void Return(byte[] buffer)
    {
        if (buffer.Length > Uncounted)
            Interlocked.Add(ref _held, -buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
