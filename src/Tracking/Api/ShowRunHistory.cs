using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Api;

/// <summary>GET /api/v1/runs/{id}/history: who changed a run, when, from what to what; the oldest first.</summary>
internal sealed class ShowRunHistory(Database database, RunStore runs, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/runs/{id}/history", HandleAsync).WithName("ShowRunHistory").WithTags("tracking");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, string id, ShowRunHistory operation, CancellationToken ct, long after = 0, int limit = 1000) =>
        TypedResults.Ok(await operation.RunAsync(caller, id, after, limit, ct));

    private async Task<Response> RunAsync(Caller caller, string id, long after, int limit, CancellationToken ct)
    {
        if (limit is < 1 or > 10_000)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to 10000.");
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(caller, Permission.Read, $"run:{id}", ct);
        var run = await runs.FindAsync(caller.Workspace, id, ct) ?? throw SlipwayException.NotFound("Run", id);

        var rows = await database.QueryAsync<Row>(
            """
            select no, time, principal, act, key, before, after from run_history
            where run_no = @Run and no > @After order by no limit @Limit
            """,
            new { Run = run.No, After = after, Limit = limit },
            ct);
        var events = rows.Select(row => new Event(row.Time.ToTime(), row.Act, row.Principal, row.Key, row.Before, row.After)).ToList();
        if (after == 0)
            events.Insert(0, await CreationAsync(run.No, ct));
        return new Response(events, rows.Count == limit ? rows[^1].No : null);
    }

    private async Task<Event> CreationAsync(long runNo, CancellationToken ct)
    {
        var (time, principal) = await database.FindAsync<(long Time, string Principal)>(
            "select coalesce(created_at, started_at), coalesce(created_by, user_id) from runs where no = @No", new { No = runNo }, ct);
        return new Event(time.ToTime(), "created", principal, null, null, null);
    }

    /// <param name="NextAfter">What to give as "after" for the rest; null: there is none.</param>
    public sealed record Response(IReadOnlyList<Event> Events, long? NextAfter);

    /// <param name="Act">created, status, name, tag, moved, deleted or restored.</param>
    /// <param name="Key">The tag's key.</param>
    /// <param name="Before">Null: there was none.</param>
    /// <param name="After">Null: there is none any more.</param>
    public sealed record Event(DateTimeOffset Time, string Act, string Principal, string? Key, string? Before, string? After);

    private sealed record Row
    {
        public required long No { get; init; }

        public required long Time { get; init; }

        public required string Principal { get; init; }

        public required string Act { get; init; }

        public string? Key { get; init; }

        public string? Before { get; init; }

        public string? After { get; init; }
    }
}
