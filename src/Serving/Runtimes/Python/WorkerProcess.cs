using System.Diagnostics;
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
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(2);

    // Of longer ones the next would wait here while another worker may become free; and there the pause between two counts for nothing.
    private static readonly long s_short = Stopwatch.Frequency / 200;

    // How long a request may lie behind another before it is taken back.
    private static readonly long s_behind = Stopwatch.Frequency / 20;

    private readonly ChildProcess _process;
    private readonly WorkerSocket _socket;

    // One that was taken back leaves its place, since the worker will still say that it did not begin it.
    private readonly Queue<WorkerCall?> _inHand = new(2);
    private Task _sending = Task.CompletedTask;
    private WorkerCall? _givenUp;
    private long _begun;
    private long _usual = long.MaxValue;

    private WorkerProcess(ChildProcess process, WorkerSocket socket)
    {
        _process = process;
        _socket = socket;
    }

    /// <summary>Whether it wants the method, path and headers of requests.</summary>
    public bool ReadsHeads { get; private set; }

    public bool IsIdle => _inHand.Count == 0;

    public bool IsSending { get; set; }

    public bool CanTake => !IsSending && _givenUp is null && (IsIdle || (_inHand.Count == 1 && _usual < s_short));

    /// <summary>Starts it and waits until the model is loaded.</summary>
    public static async Task<WorkerProcess> StartAsync(WorkerProgram program, WorkerSpec spec, DeploymentLog log, CancellationToken ct)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(s_start);
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

    /// <summary>Hands answers to the pool until the process has ended, and tells it then.</summary>
    public async Task ServeAsync(WorkerPool pool)
    {
        SlipwayException? why = null;
        try
        {
            while (true)
            {
                await _socket.WaitAsync(CancellationToken.None);
                var call = pool.Answering(this);
                await _socket.ReceiveAsync(call, CancellationToken.None);
                pool.Answered(this, call);
            }
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException or ObjectDisposedException or SlipwayException)
        {
            why = exception as SlipwayException;
        }

        Dispose();
        await _sending;
        pool.Ended(this, why ?? Failed($"The worker ended over this request (exit code {await _process.Ended})."));
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
        call.BeginUntil(IsIdle ? long.MaxValue : now + s_behind);
        if (IsIdle)
            _begun = now;
        _inHand.Enqueue(call);
        IsSending = true;
    }

    /// <summary>The request whose answer comes next; null: it was taken back.</summary>
    public WorkerCall? Next() => _inHand.TryPeek(out var call) ? call : throw new EndOfStreamException();

    /// <summary>The first of its requests is answered.</summary>
    public void Finish(long now)
    {
        _inHand.Dequeue();
        var took = now - _begun;
        _usual = _usual == long.MaxValue ? took : _usual + ((took - _usual) / 8);
        _begun = now;
    }

    /// <summary>Ends the process when it is at a request that was asked before this time.</summary>
    public void GiveUp(long before)
    {
        if (_givenUp is not null || !_inHand.TryPeek(out var call) || call is null || call.Asked >= before)
            return;
        _givenUp = call;
        _process.End();
    }

    /// <summary>The request that lies behind one that takes long; null: there is none, or the worker may have begun it.</summary>
    public WorkerCall? TakeBack(long now)
    {
        // By then the worker does not begin it any more; had it begun before, the answer to the first would be here.
        if (_inHand.Count < 2 || _inHand.Last() is not { } behind || now < behind.Until + s_behind || IsSending || !_socket.IsEmpty)
            return null;
        var first = _inHand.Dequeue();
        _inHand.Clear();
        _inHand.Enqueue(first);
        _inHand.Enqueue(null);
        return behind;
    }

    /// <summary>After its end: the request that it was at, if it is to blame, and whether it took too long over it; and those that it did not begin.</summary>
    public (WorkerCall? Hurt, bool IsLate, IReadOnlyList<WorkerCall> Unhurt) Leave()
    {
        var calls = _inHand.OfType<WorkerCall>().ToList();
        var isAtFirst = calls.Count > 0 && _inHand.Peek() == calls[0] && (_givenUp is null || _givenUp == calls[0]);
        _inHand.Clear();
        return isAtFirst ? (calls[0], _givenUp is not null, calls[1..]) : (null, false, calls);
    }

    public void Dispose()
    {
        _process.End();
        _socket.Dispose();
    }

    private async Task LoadAsync(WorkerSpec spec, DeploymentLog log, CancellationToken ct)
    {
        using var call = new WorkerCall();
        call.Write(JsonSerializer.SerializeToUtf8Bytes(spec, PythonJson.Default.WorkerSpec), default);
        try
        {
            await _socket.SendAsync(call);
            await _socket.ReceiveAsync(call, ct);
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException)
        {
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

    private async Task FinishAsync(ValueTask sending, WorkerPool pool)
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
