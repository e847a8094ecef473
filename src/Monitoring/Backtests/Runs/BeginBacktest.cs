using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>Keeps a backtest that was found to be right, and has it played.</summary>
internal sealed class BeginBacktest(
    Database database, Policies<IBacktest> kinds, WorkQueue queue, IAccess access, IAuditLog audit, TimeProvider time)
{
    /// <param name="name">The monitor, policy, rule or detector that is played.</param>
    public async Task<BacktestRow> RunAsync<T>(Caller caller, string kind, string name, T request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"{kind}:{name}", ct);
        var row = new BacktestRow
        {
            Id = Ids.New(time),
            Workspace = caller.Workspace.Value,
            Kind = kind,
            Name = name,
            Request = BacktestJson.Write(request),
            State = BacktestRow.Queued,
            Done = 0,
            Total = 0,
            Told = "It waits for its turn.",
            CancelAsked = false,
            CreatedAt = time.UtcNow(),
            CreatedBy = caller.Principal,
        };
        await database.WriteAsync(
            async (tx, token) =>
            {
                await BacktestRunStore.InsertAsync(tx, row, token);
                await queue.EnqueueAsync(tx, BacktestQueue.Work(caller, row.Id, kinds.Get("backtest", kind).IsLong), token);
            },
            ct);
        await audit.AppendAsync(caller, "backtest.create", $"backtest:{row.Id}", null, ct);
        return row;
    }
}

/// <summary>Backtests in the queue of work: the long ones apart, so that the short ones need not wait for them.</summary>
internal static class BacktestQueue
{
    public const string Long = "backtests.long";
    public const string Short = "backtests.short";

    public static NewWork Work(Caller caller, string id, bool isLong) => NewWork.Look(caller, isLong ? Long : Short, id);
}
