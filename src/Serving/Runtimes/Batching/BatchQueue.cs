namespace Slipway.Serving.Runtimes.Batching;

/// <summary>
/// Requests that wait to be joined, in the order in which they came. A run takes what fits together as soon as there are
/// rows enough, or the first has waited long enough. How many wait is bounded by the deployment's slots.
/// </summary>
internal sealed class BatchQueue(IRunningModel model, int maxRows, TimeSpan maxDelay, int runs, TimeProvider time) : IDisposable
{
    // Timers are some milliseconds coarse; a shorter rest is waited for by letting others work.
    private static readonly TimeSpan s_sleepable = TimeSpan.FromMilliseconds(4);

    private readonly Lock _changes = new();
    private readonly List<BatchedRunner> _waiting = [];
    private readonly Stack<IModelRunner> _free = new();
    private readonly SemaphoreSlim _enough = new(0);
    private int _waitingRows;
    private int _running;

    public void Add(BatchedRunner request)
    {
        request.Since = time.GetTimestamp();
        lock (_changes)
        {
            _waiting.Add(request);
            _waitingRows += request.Rows;
            if (_waitingRows >= maxRows && _enough.CurrentCount == 0)
                _enough.Release();
            if (_running == runs)
                return;
            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static queue => _ = queue.WorkAsync(), this, preferLocal: false);
    }

    /// <summary>False: it is in a run already.</summary>
    public bool Remove(BatchedRunner request)
    {
        lock (_changes)
        {
            if (!_waiting.Remove(request))
                return false;
            _waitingRows -= request.Rows;
            return true;
        }
    }

    /// <summary>Only when no request is in hand any more.</summary>
    public void Dispose()
    {
        while (_free.TryPop(out var runner))
            runner.Dispose();
        _enough.Dispose();
    }

    private async Task WorkAsync()
    {
        while (await NextAsync() is { } batch)
        {
            if (batch.Count == 1 || !await TryRunJointlyAsync(batch))
                await RunEachAsync(batch);
        }
    }

    // Null, and one run less, when nobody waits.
    private async ValueTask<List<BatchedRunner>?> NextAsync()
    {
        while (true)
        {
            TimeSpan rest;
            lock (_changes)
            {
                if (_waiting.Count == 0)
                {
                    _running--;
                    return null;
                }

                rest = maxDelay - time.GetElapsedTime(_waiting[0].Since);
                if (_waitingRows >= maxRows || rest <= TimeSpan.Zero)
                    return Take();
            }

            if (rest >= s_sleepable)
                await _enough.WaitAsync(rest - (s_sleepable / 2));
            else
                await Task.Yield();
        }
    }

    private List<BatchedRunner> Take()
    {
        var (count, rows) = (1, _waiting[0].Rows);
        while (count < _waiting.Count && rows + _waiting[count].Rows <= maxRows)
            rows += _waiting[count++].Rows;
        _waitingRows -= rows;
        var batch = _waiting.GetRange(0, count);
        _waiting.RemoveRange(0, count);
        return batch;
    }

    /// <summary>False: it failed for one of them, and nobody has an answer yet.</summary>
    private async ValueTask<bool> TryRunJointlyAsync(List<BatchedRunner> batch)
    {
        IModelRunner? joint = null;
        try
        {
            joint = Rent();
            var rows = 0;
            foreach (var request in batch)
            {
                request.CopyInputsTo(joint, rows);
                rows += request.Rows;
            }

            await joint.RunAsync(rows, CancellationToken.None);
            if (joint.Outputs.Any(output => output.Dims.Length == 0 || output.Dims[0] != rows))
                return false;
            rows = 0;
            foreach (var request in batch)
            {
                request.TakeOutputs(joint, rows);
                rows += request.Rows;
            }
        }
        catch (Exception)
        {
            // Which request it was, and how it is told, shows when each runs by itself.
            return false;
        }
        finally
        {
            if (joint is not null)
                Return(joint);
        }

        foreach (var request in batch)
            request.Answer();
        return true;
    }

    private static async ValueTask RunEachAsync(List<BatchedRunner> batch)
    {
        foreach (var request in batch)
        {
            try
            {
                await request.RunAloneAsync();
            }
            catch (Exception exception)
            {
                // It is thrown where the request waits.
                request.Fail(exception);
                continue;
            }

            request.Answer();
        }
    }

    private IModelRunner Rent()
    {
        lock (_changes)
        {
            if (_free.TryPop(out var runner))
                return runner;
        }

        return model.CreateRunner(maxRows);
    }

    private void Return(IModelRunner runner)
    {
        lock (_changes)
            _free.Push(runner);
    }
}
