using System.Net.Sockets;
using System.Text.Json;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>
/// One Python process that has the model loaded and answers one request after the other. While its requests are short, the next is handed to it before
/// it has answered, so that it never waits for one. Its pool calls all but the first three under its lock.
/// </summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly ChildProcess _process;
    private readonly WorkerSocket _socket;

    private readonly WorkerTurns _turns = new();
    private Task _sending = Task.CompletedTask;
    private WorkerCall? _givenUp;

    private WorkerProcess(ChildProcess process, WorkerSocket socket)
    {
        _process = process;
        _socket = socket;
    }

    /// <summary>Whether it wants the method, path and headers of requests.</summary>
    public bool ReadsHeads { get; private set; }

    public bool IsIdle => _turns.IsEmpty;

    public bool IsSending { get; set; }

    public bool CanTake => !IsSending && _givenUp is null && _turns.HasRoom;

    /// <summary>Starts it and waits until the model is loaded.</summary>
    public static async Task<WorkerProcess> StartAsync(WorkerProgram program, WorkerSpec spec, DeploymentLog log, CancellationToken ct)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(program.Limit);
        var path = program.Folder.NextSocket();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var process = program.Start(path);
        log.Follow(process.Output);
        try
        {
            var accepted = listener.AcceptAsync(timer.Token).AsTask();
            if (await Task.WhenAny(accepted, process.Ended) == process.Ended)
                throw Failed($"The worker ended with exit code {await process.Ended} before it connected. {log.Tail()}");
            var worker = new WorkerProcess(process, new WorkerSocket(await accepted));
            await worker.LoadAsync(spec, log, timer.Token);
            return worker;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            process.End();
            throw Failed($"The model was not loaded within {program.Limit.TotalSeconds} seconds. {log.Tail()}");
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

    /// <summary>Hands answers to the pool until the process has ended, and tells it then.</summary>
    public void Serve(WorkerPool pool)
    {
        // What a script forked holds the socket open beyond the end of the worker.
        _ = _process.Ended.ContinueWith(_ => _socket.End(), TaskScheduler.Default);
        new Thread(() => Serve(this, pool)) { IsBackground = true, Name = "Slipway worker" }.Start();
    }

    /// <summary>Sends what was taken.</summary>
    /// <returns>False: that takes a while; then the pool is told.</returns>
    public bool Send(WorkerCall call, WorkerPool pool)
    {
        var sending = _socket.SendAsync(call);
        if (sending.IsCompletedSuccessfully)
            return true;
        _sending = FinishAsync(sending, pool);
        return false;
    }

    public void Take(WorkerCall call, long now)
    {
        _turns.Take(call, now);
        IsSending = true;
    }

    /// <summary>The request whose answer comes next; null: it was taken back.</summary>
    public WorkerCall? Next() => _turns.Next();

    /// <summary>The first of its requests is answered.</summary>
    public void Finish(long now) => _turns.Finish(now);

    /// <summary>Ends the process when it is at a request that was asked before this time.</summary>
    public void GiveUp(long before)
    {
        if (_givenUp is not null || _turns.At is not { } call || call.Asked >= before)
            return;
        _givenUp = call;
        _process.End();
    }

    /// <summary>The request that lies behind one that takes long; null: there is none, or the worker may have begun it.</summary>
    public WorkerCall? TakeBack(long now) => IsSending || !_socket.IsEmpty ? null : _turns.TakeBack(now);

    /// <summary>After its end: the request that it was at, if it is to blame, and whether it took too long over it; and those that it did not begin.</summary>
    public (WorkerCall? Hurt, bool IsLate, IReadOnlyList<WorkerCall> Unhurt) Leave()
    {
        var (hurt, unhurt) = _turns.Leave(_givenUp);
        return (hurt, hurt is not null && _givenUp is not null, unhurt);
    }

    public void Dispose()
    {
        _process.End();
        _socket.Dispose();
    }

    private static void Serve(WorkerProcess worker, WorkerPool pool)
    {
        SlipwayException? why = null;
        try
        {
            while (true)
            {
                worker._socket.Wait();
                var call = pool.Answering(worker);
                worker._socket.Receive(call);
                pool.Answered(worker, call);
            }
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException or ObjectDisposedException or SlipwayException)
        {
            why = exception as SlipwayException;
        }

        _ = worker.EndAsync(pool, why);
    }

    private async Task EndAsync(WorkerPool pool, SlipwayException? why)
    {
        Dispose();
        await _sending;
        pool.Ended(this, why ?? Failed($"The worker ended over this request (exit code {await _process.Ended})."));
    }

    private async Task LoadAsync(WorkerSpec spec, DeploymentLog log, CancellationToken ct)
    {
        using var call = new WorkerCall();
        call.Write(JsonSerializer.SerializeToUtf8Bytes(spec, PythonJson.Default.WorkerSpec), default);
        try
        {
            await using var given = ct.Register(Dispose);
            await _socket.SendAsync(call);
            await Task.Factory.StartNew(() => _socket.Receive(call), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException or ObjectDisposedException)
        {
            ct.ThrowIfCancellationRequested();
            _process.End();
            throw Failed($"The worker ended while it loaded the model (exit code {await _process.Ended}). {log.Tail()}");
        }

        try
        {
            call.CheckAnswer("The model cannot be loaded");
        }
        catch (SlipwayException refusal)
        {
            throw Failed($"{refusal.Message}. {log.Tail()}");
        }

        ReadsHeads = call.Status > 0;
    }

    private async Task FinishAsync(Task sending, WorkerPool pool)
    {
        try
        {
            await sending;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Whoever reads its answers tells of its end.
            return;
        }

        pool.Sent(this);
    }

    private static SlipwayException Failed(string why) => new(ErrorCode.EngineFailed, why.TrimEnd());
}
