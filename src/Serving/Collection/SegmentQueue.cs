using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Slipway.Serving.Collection;

/// <summary>Full parts of collected rows on their way to disk: as many as may wait, written one after the other until each is there.</summary>
internal sealed partial class SegmentQueue(SegmentWriter writer, int mostWaiting, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(new BoundedChannelOptions(mostWaiting) { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly HashSet<Flush> _flushes = [];

    public bool TryAdd(SegmentRows rows) => _work.Writer.TryWrite(new Work(rows, null));

    public Task AddAsync(SegmentRows rows, CancellationToken ct) => _work.Writer.WriteAsync(new Work(rows, null), ct).AsTask();

    /// <summary>False: no more are taken.</summary>
    public ValueTask<bool> HasRoomAsync(CancellationToken ct) => _work.Writer.WaitToWriteAsync(ct);

    /// <summary>From now on what cannot be written is told to who flushes.</summary>
    public Flush BeginFlush()
    {
        var flush = new Flush(this);
        lock (_gate)
            _flushes.Add(flush);
        return flush;
    }

    /// <summary>No more are taken; those that wait are written.</summary>
    public void Complete() => _work.Writer.TryComplete();

    /// <param name="ct">Cancelled: what cannot be written is not tried again.</param>
    public async Task WriteAllAsync(CancellationToken ct)
    {
        await foreach (var work in _work.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (work.Rows is { } rows)
                await WriteUntilDoneAsync(rows, ct);
            work.Flush?.Done.TrySetResult();
        }
    }

    private async Task WriteUntilDoneAsync(SegmentRows rows, CancellationToken ct)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await writer.WriteAsync(rows, CancellationToken.None);
                rows.Owner.Return(rows);
                return;
            }
            catch (Exception exception)
            {
                // The disk is full or the database away: the rows stay in memory, and those behind them wait or are
                // dropped and counted, until it works again.
                if (isFirst)
                    Log.SegmentFailed(logger, exception, rows.Rows, rows.Owner.Deployment.Node);
                FailFlushes(exception);
                if (ct.IsCancellationRequested)
                {
                    Log.SegmentLost(logger, rows.Rows, rows.Owner.Deployment.Node);
                    return;
                }
            }

            await Task.Delay(s_retry, time, CancellationToken.None);
        }
    }

    private void FailFlushes(Exception exception)
    {
        lock (_gate)
        {
            foreach (var flush in _flushes)
                flush.Done.TrySetException(exception);
        }
    }

    private readonly record struct Work(SegmentRows? Rows, Flush? Flush);

    /// <summary>A wait for all that was added before.</summary>
    public sealed class Flush(SegmentQueue queue) : IDisposable
    {
        /// <summary>Fails with what kept something from the disk.</summary>
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task AddAsync(CancellationToken ct) => queue._work.Writer.WriteAsync(new Work(null, this), ct).AsTask();

        public void Dispose()
        {
            lock (queue._gate)
                queue._flushes.Remove(this);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Error, "{Rows} collected rows of {Deployment} could not be written; it is tried again each second until it works")]
        public static partial void SegmentFailed(ILogger logger, Exception exception, int rows, string deployment);

        [LoggerMessage(7046, LogLevel.Error, "{Rows} collected rows of {Deployment} are lost, since they could not be written before the end")]
        public static partial void SegmentLost(ILogger logger, int rows, string deployment);
    }
}
