namespace Slipway.Cli.Mounts.Fuse;

/// <summary>The kernel's end of a mount.</summary>
internal interface IFuseDevice
{
    /// <summary>Waits for the next request; the length of it, or 0 when the mount is gone. For several threads at once.</summary>
    int Read(byte[] buffer);

    /// <summary>Answers a request with the parts as one message. Nobody may want it any more.</summary>
    void Write(params ReadOnlySpan<ReadOnlyMemory<byte>> parts);
}
