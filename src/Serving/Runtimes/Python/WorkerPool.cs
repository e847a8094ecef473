using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>
/// The workers of a deployment, and the requests that wait for one. A worker that ended, or that had to be ended, is replaced; ever later while that
/// fails. It hurts the request that it was at; one that lay behind that goes to another.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly WorkerProgram _program;
    private readonly WorkerStarts _starts;
    private readonly TimeSpan _timeout;
    private readonly Lock _gate = new();
    private readonly List<WorkerProcess> _workers = [];
    private readonly LinkedList<WorkerCall> _waiting = [];
    private readonly ConcurrentQueue<WorkerCall> _spare = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _clock;
    private bool _isLooking;

    public WorkerPool(WorkerProgram program, WorkerSpec spec, DeploymentLog log, TimeSpan timeout, TimeProvider time, ILogger logger)
    {
        (_program, _starts, _timeout) = (program, new WorkerStarts(program, spec, log, time, logger), timeout);
        _clock = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the model wants the method, path and headers of requests.</summary>
    public bool ReadsHeads { get; private set; }

    /// <summary>Starts the first, which shows whether the model loads, and then the others.</summary>
    public async Task StartAsync(int workers, CancellationToken ct)
    {
        var first = await _starts.OnceAsync(ct);
        ReadsHeads = first.ReadsHeads;
        Add(first);
        for (var i = 1; i < workers; i++)
            _ = ReplaceAsync();
    }

    /// <summary>Memory for a request; whoever has read its answer disposes of it.</summary>
    public WorkerCall Rent() => _spare.TryDequeue(out var call) ? call : new WorkerCall(_spare.Enqueue);

    /// <summary>Asks whichever worker is free. One that takes too long is ended, so that a script that hangs hurts its request alone.</summary>
    public ValueTask AskAsync(WorkerCall call)
    {
        call.Asked = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                throw Interrupted();
            _waiting.AddLast(call.Place);
            if (!_isLooking)
                _isLooking = _clock.Change(s_look, Timeout.InfiniteTimeSpan);
        }

        HandOut();
        return call.WaitAsync();
    }

    public WorkerCall? Answering(WorkerProcess worker)
    {
        lock (_gate)
            return worker.Next();
    }

    /// <param name="call">Null: it was taken back before.</param>
    public void Answered(WorkerProcess worker, WorkerCall? call)
    {
        lock (_gate)
        {
            worker.Finish(Stopwatch.GetTimestamp());
            if (call is { IsNotBegun: true })
            {
                _waiting.AddFirst(call.Place);
                call = null;
            }
        }

        HandOut();
        call?.Complete();
    }

    public void Sent(WorkerProcess worker)
    {
        lock (_gate)
            worker.IsSending = false;
        HandOut();
    }

    /// <param name="why">What the request is told that the worker was at.</param>
    public void Ended(WorkerProcess worker, SlipwayException why)
    {
        WorkerCall? hurt;
        bool isLate;
        lock (_gate)
        {
            _workers.Remove(worker);
            (hurt, isLate, var unhurt) = worker.Leave();
            foreach (var call in unhurt.Reverse())
                _waiting.AddFirst(call.Place);
        }

        if (_stop.IsCancellationRequested)
        {
            hurt?.Fail(Interrupted());
            FailWaiting();
            return;
        }

        hurt?.Fail(isLate
            ? new SlipwayException(ErrorCode.Timeout, $"The model did not answer within {_timeout.TotalSeconds} seconds; its worker was ended.")
            : why);
        HandOut();
        _ = ReplaceAsync();
    }

    /// <summary>Ends all workers at once; what they are at, and what waits for them, is cancelled.</summary>
    public void Interrupt()
    {
        _stop.Cancel();
        lock (_gate)
        {
            foreach (var worker in _workers)
                worker.Dispose();
        }

        FailWaiting();
    }

    /// <summary>Only when no request is in hand any more.</summary>
    public void Dispose()
    {
        Interrupt();
        _clock.Dispose();
        _program.Folder.Dispose();
    }

    private void Add(WorkerProcess worker)
    {
        lock (_gate)
            _workers.Add(worker);
        worker.Serve(this);
        if (_stop.IsCancellationRequested)
            worker.Dispose();
        HandOut();
    }

    /// <summary>Gives those that wait to workers that can take one.</summary>
    private void HandOut()
    {
        for (WorkerProcess? sent = null; ;)
        {
            WorkerCall call;
            WorkerProcess? worker;
            lock (_gate)
            {
                sent?.IsSending = false;
                if (_waiting.First is not { Value: var first } || (worker = Choose()) is null)
                    return;
                call = first;
                _waiting.RemoveFirst();
                worker.Take(call, Stopwatch.GetTimestamp());
            }

            sent = worker.Send(call, this) ? worker : null;
        }
    }

    private WorkerProcess? Choose() =>
        _workers.Find(worker => worker is { CanTake: true, IsIdle: true }) ?? _workers.Find(worker => worker.CanTake);

    // Ends workers that hang, takes back what lies behind a long request, and refuses what waited too long; now and then, so that it costs no request anything.
    private void Look()
    {
        var now = Stopwatch.GetTimestamp();
        var before = now - (long)(_timeout.TotalSeconds * Stopwatch.Frequency);
        var late = new List<WorkerCall>();
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                return;
            foreach (var worker in _workers)
            {
                worker.GiveUp(before);
                if (worker.TakeBack(now) is { } behind)
                    _waiting.AddFirst(behind.Place);
            }

            late.AddRange(_waiting.Where(call => call.Asked < before));
            late.ForEach(call => _waiting.Remove(call.Place));
            _isLooking = (_waiting.Count > 0 || !_workers.TrueForAll(worker => worker.IsIdle)) && _clock.Change(s_look, Timeout.InfiniteTimeSpan);
        }

        foreach (var call in late)
            call.Fail(new SlipwayException(ErrorCode.Unavailable, "No worker of the model was ready in time; the deployment's log tells why."));
        HandOut();
    }

    private void FailWaiting()
    {
        List<WorkerCall> waiting;
        lock (_gate)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        waiting.ForEach(call => call.Fail(Interrupted()));
    }

    private static OperationCanceledException Interrupted() => new("The model was ended.");

    private async Task ReplaceAsync()
    {
        try
        {
            Add(await _starts.UntilReadyAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The deployment ended meanwhile, and needs no worker any more.
        }
    }
}
