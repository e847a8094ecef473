using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>/api/v1/backtests: list, show (and wait), cancel, delete. They are begun by what they play: POST /api/v1/monitors/backtest …</summary>
internal sealed class BacktestRoutes(BacktestRunStore store, PlayBacktest play, IAccess access, IAuditLog audit)
{
    private const int LongestWait = 60;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/backtests", ListAsync).WithName("ListBacktests").WithTags("monitoring");
        routes.MapGet("/backtests/{id}", ShowAsync).WithName("ShowBacktest").WithTags("monitoring");
        routes.MapPost("/backtests/{id}/cancel", HandleCancelAsync).WithName("CancelBacktest").WithTags("monitoring");
        routes.MapDelete("/backtests/{id}", HandleDeleteAsync).WithName("DeleteBacktest").WithTags("monitoring");
    }

    /// <summary>One that is over is returned as it is.</summary>
    public async Task<BacktestRow> CancelAsync(Caller caller, string id, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"backtest:{id}", ct);
        await store.GetAsync(caller.Workspace, id, ct);
        if (await store.AskToCancelAsync(caller.Workspace, id, ct) > 0)
            await audit.AppendAsync(caller, "backtest.cancel", $"backtest:{id}", null, ct);
        play.Stop(id);
        return await store.GetAsync(caller.Workspace, id, ct);
    }

    private static async Task<Ok<Listing>> ListAsync(int? limit, Caller caller, IAccess access, BacktestRunStore store, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "backtests", ct);
        return TypedResults.Ok(new Listing(
            [.. (await store.ListAsync(caller.Workspace, Math.Clamp(limit ?? 50, 1, BacktestRunStore.Most), ct)).Select(BacktestWire.Of)]));
    }

    // after: return when more steps than these are done, or when wait (seconds) is over.
    private static async Task<Ok<BacktestWire>> ShowAsync(
        string id, int? after, double? wait, Caller caller, IAccess access, BacktestRunStore store, TimeProvider time, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"backtest:{id}", ct);
        if (wait is < 0 or > LongestWait or double.NaN)
            throw SlipwayException.Invalid($"'wait' is {wait}; it is a number of seconds up to {LongestWait}.");
        var row = await store.GetAsync(caller.Workspace, id, ct);
        var (seen, until) = (after ?? row.Done, time.GetUtcNow() + TimeSpan.FromSeconds(wait ?? 0));
        while (!row.IsOver && row.Done <= seen && time.GetUtcNow() < until)
        {
            await Task.Delay(s_look, time, ct);
            row = await store.GetAsync(caller.Workspace, id, ct);
        }

        return TypedResults.Ok(BacktestWire.Of(row));
    }

    private static async Task<Ok<BacktestWire>> HandleCancelAsync(string id, Caller caller, BacktestRoutes operation, CancellationToken ct) =>
        TypedResults.Ok(BacktestWire.Of(await operation.CancelAsync(caller, id, ct)));

    private static async Task<NoContent> HandleDeleteAsync(string id, Caller caller, BacktestRoutes operation, CancellationToken ct)
    {
        await operation.DeleteAsync(caller, id, ct);
        return TypedResults.NoContent();
    }

    private async Task DeleteAsync(Caller caller, string id, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"backtest:{id}", ct);
        await store.GetAsync(caller.Workspace, id, ct);
        if (!await store.DeleteAsync(caller.Workspace, id, ct))
            throw SlipwayException.Conflict($"Backtest '{id}' is not over; cancel it first.");
        await audit.AppendAsync(caller, "backtest.delete", $"backtest:{id}", null, ct);
    }

    internal sealed record Listing(IReadOnlyList<BacktestWire> Backtests);
}
