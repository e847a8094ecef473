using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Slipway.Kernel;

namespace Slipway.Cli.Mounts.Fuse;

/// <summary>
/// Answers what the kernel asks about one mounted version. Nothing ever changes, so it may keep every name, attribute and byte that it has heard of, and it need not
/// tell of files that are opened and closed.
/// </summary>
/// <param name="owner">Whose files they are.</param>
/// <param name="failed">Told of a read that failed; null: one went well.</param>
internal sealed class FuseSession(IFuseDevice device, MountedTree tree, FileBlocks blocks, (uint User, uint Group) owner, Action<string, Exception?> failed)
{
    // The kernel asks for at least 8 KiB; extended attributes that are set can be 64 KiB long.
    private const int LongestRequest = 128 * 1024;

    private readonly NodeReplies _replies = new(tree, owner);
    private readonly ConcurrentDictionary<ulong, CancellationTokenSource> _waiting = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the kernel has agreed, which it does before all else.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Ends when the mount is gone.</summary>
    public Task Ended => _ended.Task;

    public void Start()
    {
        for (var i = 0; i < Math.Clamp(Environment.ProcessorCount, 2, 4); i++)
            new Thread(Serve) { IsBackground = true, Name = "mount" }.Start();
    }

    private void Serve()
    {
        var buffer = GC.AllocateUninitializedArray<byte>(LongestRequest, pinned: true);
        while (device.Read(buffer) is > 0 and var length)
            Answer(buffer.AsSpan(0, length));
        _ended.TrySetResult();
    }

    private void Answer(ReadOnlySpan<byte> message)
    {
        var request = MemoryMarshal.Read<FuseRequest>(message);
        var body = message[Unsafe.SizeOf<FuseRequest>()..];
        switch (request.Operation)
        {
            case FuseOperation.Forget or FuseOperation.ForgetMany:
                return;
            case FuseOperation.Interrupt:
                if (_waiting.TryGetValue(MemoryMarshal.Read<ulong>(body), out var waiting))
                    waiting.Cancel();
                return;
            case FuseOperation.Read:
                Read(request, MemoryMarshal.Read<FuseRead>(body));
                return;
        }

        var (error, reply) = request.Operation switch
        {
            FuseOperation.Initialize => Begin(MemoryMarshal.Read<FuseInitialize>(body)),
            FuseOperation.Lookup => _replies.Lookup(request.Node, Encoding.UTF8.GetString(body[..body.IndexOf((byte)0)])),
            FuseOperation.GetAttributes => _replies.Attributes(request.Node),
            FuseOperation.ReadFolder or FuseOperation.ReadFolderWithAttributes => _replies.Folder(
                request.Node, MemoryMarshal.Read<FuseRead>(body), request.Operation == FuseOperation.ReadFolderWithAttributes),
            FuseOperation.FileSystem => _replies.FileSystem(),
            FuseOperation.Destroy => (0, []),

            // To be told so of "open" means to the kernel that files need no opening.
            _ => (FuseError.NoSystemCall, []),
        };
        Reply(request.Unique, error, reply);
    }

    private (int Error, byte[] Body) Begin(FuseInitialize kernel)
    {
        var welcome = FuseWelcome.To(kernel);
        if (welcome is null)
            _begun.TrySetException(new SlipwayException(ErrorCode.NotImplemented, "Data cannot be mounted here: that takes Linux 5.1 or later. " + MountPoint.Instead));
        else
            _begun.TrySetResult();
        return welcome is null ? (FuseError.NoSystemCall, []) : (0, welcome);
    }

    private void Read(FuseRequest request, FuseRead range)
    {
        var node = tree.Find(request.Node);
        if (node is not { Digest: { } digest })
        {
            Reply(request.Unique, node is null ? FuseError.NoEntry : FuseError.IsAFolder, default);
            return;
        }

        var length = (int)Math.Min(range.Size, node.Size - Math.Min((long)range.Offset, node.Size));
        if (length == 0)
            Reply(request.Unique, 0, default);
        else
            _ = ReadAsync(request.Unique, node, digest, (long)range.Offset, length);
    }

    // What is there is answered before this returns.
    private async Task ReadAsync(ulong unique, MountedNode node, string digest, long offset, int length)
    {
        // Never disposed, since it may be interrupted just when it is answered; there is nothing to free.
        var interrupted = new CancellationTokenSource();
        _waiting[unique] = interrupted;
        try
        {
            using var parts = await blocks.ReadAsync(digest, node.Size, offset, length, interrupted.Token);
            device.Write([Header(unique, 0, length), .. parts.Memory]);
            failed(node.Path, null);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            Reply(unique, FuseError.Interrupted, default);
        }
        catch (Exception exception)
        {
            // Whoever reads gets an error of input; the mount goes on, since the server may come back.
            Reply(unique, FuseError.InputOutput, default);
            failed(node.Path, exception);
        }
        finally
        {
            _waiting.TryRemove(unique, out _);
        }
    }

    private void Reply(ulong unique, int error, ReadOnlyMemory<byte> body) => device.Write(Header(unique, error, body.Length), body);

    private static byte[] Header(ulong unique, int error, int length)
    {
        var header = new byte[Unsafe.SizeOf<FuseReply>()];
        MemoryMarshal.Write(header, new FuseReply((uint)(header.Length + length), -error, unique));
        return header;
    }
}
