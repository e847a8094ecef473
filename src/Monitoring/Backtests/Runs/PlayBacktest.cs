using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>
/// Plays a backtest that was leased, to its end: what came out, a refusal, or a cancellation. One whose server died is begun anew; it
/// comes to the same.
/// </summary>
internal sealed partial class PlayBacktest(
    Database database, BacktestRunStore store, Policies<IBacktest> kinds, WorkQueue queue, ILogger<PlayBacktest> logger)
{
    private const int MostAttempts = 3;
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _playing = new(StringComparer.Ordinal);

    public static TimeSpan LeaseTime { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Ends one that this process plays; another process sees it at its next step.</summary>
    public void Stop(string id)
    {
        if (_playing.TryGetValue(id, out var playing))
            playing.Cancel();
    }

    public async Task RunAsync(Lease lease, CancellationToken ct)
    {
        if (await store.FindAsync(lease.Key!, ct) is not { IsOver: false } row)
        {
            await queue.CompleteAsync(lease, ct);
            return;
        }

        var end = lease.Attempt > MostAttempts ? Failure(row, $"Its server died {MostAttempts} times while it was played.", nameof(ErrorCode.Unavailable))
            : await store.StartAsync(row.Id, ct) ? await PlayAsync(lease, row, ct)
            : Cancellation(row);
        await database.WriteAsync(
            async (DbTransaction tx, CancellationToken token) =>
            {
                await store.EndAsync(tx, end, token);
                await queue.CompleteAsync(tx, lease, token);
            },
            ct);
        Log.Ended(logger, row.Kind, row.Name, end.State);
    }

    private async Task<BacktestRow> PlayAsync(Lease lease, BacktestRow row, CancellationToken ct)
    {
        using var playing = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _playing[row.Id] = playing;
        var progress = new ReplayProgress(async (done, total, next, token) =>
        {
            if (!await store.TellAsync(row.Id, done, total, next, token))
                await playing.CancelAsync();
            playing.Token.ThrowIfCancellationRequested();
        });
        using var beat = new Timer(_ => _ = BeatAsync(lease, playing), null, s_heartbeat, s_heartbeat);
        try
        {
            var report = await kinds.Get("backtest", row.Kind).PlayAsync(lease.Caller, row.Request, progress, playing.Token);
            return row with { State = BacktestRow.Completed, Told = "It is completed.", Report = report };
        }
        catch (Exception) when (playing.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // The engine has words of its own for what was canceled.
            return Cancellation(row);
        }
        catch (SlipwayException refusal)
        {
            return Failure(row, refusal.Message, refusal.Code.ToString());
        }
        finally
        {
            _playing.TryRemove(row.Id, out _);
        }
    }

    private async Task BeatAsync(Lease lease, CancellationTokenSource playing)
    {
        try
        {
            // A lease that was lost is played by somebody else.
            if (!await queue.HeartbeatAsync(lease, LeaseTime, playing.Token) || await store.FindAsync(lease.Key!, playing.Token) is { CancelAsked: true })
                await playing.CancelAsync();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or DbException)
        {
            // It is over, or the database will be back before the lease ends.
        }
    }

    private static BacktestRow Cancellation(BacktestRow row) => row with { State = BacktestRow.Canceled, Told = "It was canceled." };

    private static BacktestRow Failure(BacktestRow row, string why, string code) =>
        row with { State = BacktestRow.Failed, Told = "It failed.", Error = why, ErrorCode = code };

    private static partial class Log
    {
        [LoggerMessage(9050, LogLevel.Information, "The backtest of {Kind} {Name} has ended: {State}")]
        public static partial void Ended(ILogger logger, string kind, string name, string state);
    }
}
