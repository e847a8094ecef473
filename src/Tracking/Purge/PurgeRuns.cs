using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Purge;

/// <summary>
/// POST /api/v1/runs/purge: deletes for good the runs that were deleted so many days ago, with their metrics, params, tags,
/// inputs and traces. The names of their artifacts stay: a registered model may be made of them.
/// </summary>
internal sealed class PurgeRuns(PurgeStore store, ExperimentStore experiments, IAccess access, IAuditLog audit, TimeProvider time)
{
    public const int MostDays = 36_500;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/runs/purge", HandleAsync).WithName("PurgeRuns").WithTags("tracking");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, Request request, PurgeRuns operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        var before = Before(request.OlderThanDays, time);
        await access.DemandAsync(caller, Permission.Administer, "run:*", ct);
        var experiment = request.Experiment is { } name
            ? (await experiments.FindByNameAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Experiment", name)).Id
            : (long?)null;
        var rows = await store.RunsAsync(caller.Workspace, experiment, before, request.DryRun, ct);
        if (!request.DryRun)
            await audit.AppendAsync(caller, "run.purge", "run:*", $$"""{"runs": {{rows["runs"]}}, "olderThanDays": {{request.OlderThanDays}}}""", ct);
        return new Response(request.DryRun, rows["runs"], rows.Counts);
    }

    public static long Before(int days, TimeProvider time) => days is < 0 or > MostDays
        ? throw SlipwayException.Invalid($"olderThanDays is {days}; it must be from 0 to {MostDays}.")
        : time.UtcNow() - (days * 86_400_000L);

    /// <param name="OlderThanDays">Days since the deletion; 30 when left out, 0: all deleted runs.</param>
    /// <param name="DryRun">Only count.</param>
    /// <param name="Experiment">Its name; left out: all experiments.</param>
    internal sealed record Request(
        [property: JsonPropertyName("olderThanDays")] int OlderThanDays = 30,
        [property: JsonPropertyName("dryRun")] bool DryRun = false,
        [property: JsonPropertyName("experiment")] string? Experiment = null);

    /// <param name="Rows">By table.</param>
    internal sealed record Response(
        [property: JsonPropertyName("dryRun")] bool DryRun,
        [property: JsonPropertyName("runs")] long Runs,
        [property: JsonPropertyName("rows")] IReadOnlyDictionary<string, long> Rows);
}
