using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>One Python process that has the model loaded and answers one request at a time, over a socket of its own.</summary>
internal sealed class WorkerProcess : IDisposable
{
    // An answer beyond it is a mistake of the script's, and must not take this process's memory.
    private const int MaxAnswer = 256 * 1024 * 1024;
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(2);

    private readonly ChildProcess _process;
    private readonly Socket _socket;
    private readonly byte[] _lengths = new byte[8];

    private WorkerProcess(ChildProcess process, Socket socket)
    {
        _process = process;
        _socket = socket;
    }

    /// <summary>Whether it can be asked.</summary>
    public bool IsAlive => !_process.Ended.IsCompleted;

    /// <summary>Starts it and waits until the model is loaded.</summary>
    public static async Task<WorkerProcess> StartAsync(PythonFolder folder, WorkerSpec spec, DeploymentLog log, CancellationToken ct)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(s_start);
        var path = folder.NextSocket();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var process = ChildProcess.Start(folder.Interpreter, ["-u", folder.WorkerFile, path], folder.Environment, folder.Path);
        log.Follow(process.Output);
        try
        {
            var accepted = listener.AcceptAsync(timer.Token).AsTask();
            if (await Task.WhenAny(accepted, process.Ended) == process.Ended)
                throw Failed($"The worker ended with exit code {await process.Ended} before it connected. {log.Tail()}");
            var worker = new WorkerProcess(process, await accepted);
            var loaded = await worker.AskAsync(JsonSerializer.SerializeToUtf8Bytes(spec, PythonJson.Default.WorkerSpec), default, timer.Token);
            return loaded.Head.Error is { } why ? throw Failed($"The model cannot be loaded: {why}. {log.Tail()}") : worker;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            process.End();
            throw Failed($"The model was not loaded within {s_start.TotalSeconds} seconds. {log.Tail()}");
        }
        catch
        {
            process.End();
            throw;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>EngineFailed when it ended over the request. After a failure or a cancellation it must not be asked again.</summary>
    public async ValueTask<WorkerAnswer> AskAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        try
        {
            BinaryPrimitives.WriteInt32LittleEndian(_lengths, head.Length);
            BinaryPrimitives.WriteInt32LittleEndian(_lengths.AsSpan(4), body.Length);
            await SendAsync(_lengths, ct);
            await SendAsync(head, ct);
            await SendAsync(body, ct);
            await ReceiveAsync(_lengths, ct);
            var (headLength, bodyLength) = (BinaryPrimitives.ReadUInt32LittleEndian(_lengths), BinaryPrimitives.ReadUInt32LittleEndian(_lengths.AsSpan(4)));
            if ((long)headLength + bodyLength > MaxAnswer)
                throw Failed($"The model answered {(long)headLength + bodyLength} bytes; {MaxAnswer} is the most.");
            var answer = new byte[headLength + bodyLength];
            await ReceiveAsync(answer, ct);
            return WorkerAnswer.Parse(answer.AsSpan(0, (int)headLength), answer.AsMemory((int)headLength));
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException)
        {
            _process.End();
            throw Failed($"The worker ended over this request (exit code {await _process.Ended}).");
        }
    }

    public void Dispose()
    {
        _process.End();
        _socket.Dispose();
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, ct)..];
    }

    private async ValueTask ReceiveAsync(Memory<byte> bytes, CancellationToken ct)
    {
        while (!bytes.IsEmpty)
        {
            var read = await _socket.ReceiveAsync(bytes, ct);
            if (read == 0)
                throw new EndOfStreamException();
            bytes = bytes[read..];
        }
    }

    private static SlipwayException Failed(string why) => new(ErrorCode.EngineFailed, why.TrimEnd());
}
