using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Tracking.Purge;

/// <summary>
/// POST /api/v1/experiments/purge: deletes for good the experiments that were deleted so many days ago, with their runs,
/// traces and data sets. One that has logged models which are not deleted is kept, since registered versions may be made of them.
/// </summary>
internal sealed class PurgeExperiments(PurgeStore store, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/experiments/purge", HandleAsync).WithName("PurgeExperiments").WithTags("tracking");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, Request request, PurgeExperiments operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        var before = PurgeRuns.Before(request.OlderThanDays, time);
        await access.DemandAsync(caller, Permission.Administer, "experiment:*", ct);
        var (rows, kept) = (new PurgedRows(), new List<Kept>());
        foreach (var id in await store.OldExperimentsAsync(caller.Workspace, before, ct))
        {
            if (await store.LivingModelsAsync(id, ct) is > 0 and var models)
            {
                kept.Add(new Kept(id.ToString(CultureInfo.InvariantCulture), $"It has {models} logged models; delete them first."));
                continue;
            }

            rows.Add(await store.RunsAsync(caller.Workspace, id, before, request.DryRun, ct));
            rows.Add(await store.ExperimentAsync(caller.Workspace, id, before, request.DryRun, ct));
        }

        if (!request.DryRun)
        {
            await audit.AppendAsync(
                caller, "experiment.purge", "experiment:*",
                $$"""{"experiments": {{rows["experiments"]}}, "runs": {{rows["runs"]}}, "olderThanDays": {{request.OlderThanDays}}}""", ct);
        }

        return new Response(request.DryRun, rows["experiments"], rows["runs"], rows.Counts, kept);
    }

    /// <param name="OlderThanDays">Days since the deletion; 30 when left out, 0: all deleted experiments.</param>
    /// <param name="DryRun">Only count.</param>
    internal sealed record Request(
        [property: JsonPropertyName("olderThanDays")] int OlderThanDays = 30,
        [property: JsonPropertyName("dryRun")] bool DryRun = false);

    /// <param name="Rows">By table.</param>
    internal sealed record Response(
        [property: JsonPropertyName("dryRun")] bool DryRun,
        [property: JsonPropertyName("experiments")] long Experiments,
        [property: JsonPropertyName("runs")] long Runs,
        [property: JsonPropertyName("rows")] IReadOnlyDictionary<string, long> Rows,
        [property: JsonPropertyName("kept")] IReadOnlyList<Kept> Kept);

    internal sealed record Kept(
        [property: JsonPropertyName("experiment")] string Experiment,
        [property: JsonPropertyName("reason")] string Reason);
}
