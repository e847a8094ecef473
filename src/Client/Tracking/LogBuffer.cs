using System.Threading.Channels;

namespace Slipway.Client;

/// <summary>
/// What a run logs, sent in batches by one task of its own. A batch that may have arrived is sent again: the server keeps a
/// point that is identical to another once, a param of the same value and the last value of a tag. So nothing is lost and
/// nothing counted twice, as long as the process lives and the server comes back in time.
/// </summary>
internal sealed class LogBuffer : IAsyncDisposable
{
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromMinutes(1);

    private readonly SlipwayClient _client;
    private readonly string _runId;
    private readonly RunOptions _options;
    private readonly TimeProvider _time;
    private readonly Patience _patience;
    private readonly Channel<LogEntry> _entries;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _sending;
    private Exception? _failure;

    public LogBuffer(SlipwayClient client, string runId, RunOptions options, TimeProvider time)
    {
        (_client, _runId, _options, _time) = (client, runId, options, time);
        _patience = new Patience(time);
        _entries = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(options.MostWaiting) { SingleReader = true });
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>Waits while too much waits to be sent; throws when the server has refused something before.</summary>
    public async ValueTask AddAsync(LogEntry entry, CancellationToken ct)
    {
        if (_failure is { } failure)
            throw Undelivered(failure);
        try
        {
            await _entries.Writer.WriteAsync(entry, ct);
        }
        catch (ChannelClosedException exception)
        {
            throw _failure is { } reason
                ? Undelivered(reason)
                : new ObjectDisposedException("The run has ended; nothing more can be logged to it.", exception);
        }
    }

    /// <summary>Returns when all that was added before has arrived.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await AddAsync(new LogEntry(LogEntryKind.Mark, null, mark), ct);
        await mark.Task.WaitAsync(ct);
    }

    /// <summary>Sends what is left, for as long as the options say; throws when that was not all.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        _ended.CancelAfter(_options.GiveUpAfter);
        await _sending;
        _ended.Dispose();
        if (_failure is { } failure)
            throw Undelivered(failure);
    }

    private async Task SendAllAsync()
    {
        var batch = new LogBatch();
        try
        {
            while (await NextAsync(batch))
            {
                if (batch.Count > 0)
                    await _patience.RunAsync(SendAsync, TimeSpan.MaxValue / 4, _ended.Token);
                batch.Delivered();
            }
        }
        catch (Exception exception)
        {
            // The task's boundary: whoever logs, flushes or disposes next is told.
            _failure = exception is OperationCanceledException ? new TimeoutException("the server did not come back in time") : exception;
            _entries.Writer.TryComplete(_failure);
            batch.Failed(Undelivered(_failure));
            while (_entries.Reader.TryRead(out var left))
                left.Mark?.TrySetException(Undelivered(_failure));
        }

        Task<bool> SendAsync(CancellationToken ct) => SendBatchAsync(batch, ct);
    }

    private async Task<bool> SendBatchAsync(LogBatch batch, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_answerWithin);
        try
        {
            await _client.PostAsync("api/2.0/mlflow/runs/log-batch", batch.ToJson(_runId), patience.Token);
            return true;
        }
        catch (OperationCanceledException exception) when (!ct.IsCancellationRequested)
        {
            throw new SlipwayApiException(null, null, $"The server did not answer within {s_answerWithin.TotalSeconds} s.", exception);
        }
    }

    // Fills a batch until it is full, somebody flushes, or the first entry has waited long enough.
    private async Task<bool> NextAsync(LogBatch batch)
    {
        if (!await _entries.Reader.WaitToReadAsync())
            return false;
        using var patience = new CancellationTokenSource(_options.FlushAfter, _time);
        while (batch.Count < _options.FlushCount && !batch.IsFull)
        {
            if (!_entries.Reader.TryRead(out var entry))
            {
                try
                {
                    if (!await _entries.Reader.WaitToReadAsync(patience.Token))
                        break;
                    continue;
                }
                catch (OperationCanceledException)
                {
                    // Nothing more came in time: what there is goes.
                    break;
                }
            }

            if (batch.Add(entry))
                break;
        }

        return true;
    }

    private SlipwayApiException Undelivered(Exception failure) => new(
        (failure as SlipwayApiException)?.Status,
        (failure as SlipwayApiException)?.Code,
        $"Not everything that was logged to run {_runId} has arrived: {failure.Message}",
        failure);
}
