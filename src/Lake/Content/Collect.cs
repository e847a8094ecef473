using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>
/// POST /api/v1/gc/runs starts a collection of contents that nothing refers to; GET /api/v1/gc/runs[/{id}] tells how it
/// goes, and GET /api/v1/gc what waits for the next one.
/// </summary>
internal sealed class Collect(Collections collections, IAccess access, IAuditLog audit)
{
    private const string Target = "the content store";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/gc/runs", StartAsync).WithName("StartCollection").WithTags("gc");
        routes.MapGet("/gc/runs", ListAsync).WithName("ListCollections").WithTags("gc");
        routes.MapGet("/gc/runs/{id}", ShowAsync).WithName("ShowCollection").WithTags("gc");
        routes.MapGet("/gc", StatusAsync).WithName("ShowCollectionStatus").WithTags("gc");
    }

    private static async Task<Accepted<Response>> StartAsync(Caller caller, Request request, Collect operation, CancellationToken ct)
    {
        var started = await operation.RunAsync(caller, request, ct);
        return TypedResults.Accepted($"/api/v1/gc/runs/{started.Id}", Response.Of(started));
    }

    private static async Task<Ok<Listing>> ListAsync(Caller caller, Collect operation, CancellationToken ct, int limit = 20)
    {
        if (limit is < 1 or > 1000)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to 1000.");
        await operation.DemandAsync(caller, ct);
        var found = await operation.Collections.ListAsync(limit, ct);
        return TypedResults.Ok(new Listing([.. found.Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> ShowAsync(string id, Caller caller, Collect operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, ct);
        var found = await operation.Collections.FindAsync(id, ct) ?? throw SlipwayException.NotFound("Collection", id);
        return TypedResults.Ok(Response.Of(found));
    }

    private static async Task<Ok<Status>> StatusAsync(Caller caller, Collect operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, ct);
        var (count, bytes) = await operation.Collections.CondemnedAsync(ct);
        var last = await operation.Collections.ListAsync(1, ct);
        return TypedResults.Ok(new Status(count, bytes, last.Count == 0 ? null : Response.Of(last[0])));
    }

    private Collections Collections => collections;

    private Task DemandAsync(Caller caller, CancellationToken ct) => access.DemandAsync(caller, Permission.Administer, Target, ct);

    private async Task<Collection> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        await DemandAsync(caller, ct);
        TimeSpan? grace = request.Grace is { } text ? Duration.Parse(text) : null;
        if (grace < TimeSpan.FromHours(1))
            throw SlipwayException.Invalid($"grace is '{request.Grace}'; it must be at least 1h, or a write that is under way could lose its content.");
        var started = await collections.StartAsync(caller.Principal, request.DryRun, grace, ct);
        await audit.AppendAsync(caller, "gc.run", $"collection:{started.Id}", request.DryRun ? """{"dryRun":true}""" : null, ct);
        return started;
    }

    /// <param name="Grace">How long a content must have been without a reference: "24h"; null: the server's setting.</param>
    public sealed record Request(bool DryRun = false, string? Grace = null);

    public sealed record Listing(IReadOnlyList<Response> Runs);

    /// <param name="Condemned">Contents that were found without a reference and wait for the end of their grace.</param>
    public sealed record Status(int Condemned, long CondemnedBytes, Response? LastRun);

    public sealed record Response(
        string Id,
        string State,
        bool DryRun,
        double GraceHours,
        string Phase,
        long References,
        long Reachable,
        long Objects,
        long Bytes,
        long Unreferenced,
        long UnreferencedBytes,
        long Deleted,
        long FreedBytes,
        IReadOnlyDictionary<string, int> Retired,
        string StartedBy,
        DateTimeOffset CreatedAt,
        DateTimeOffset? EndedAt,
        string? Error)
    {
        internal static Response Of(Collection run) => new(
            run.Id,
            run.State,
            run.DryRun,
            run.Grace.TotalHours,
            run.Report.Phase,
            run.Report.References,
            run.Report.Reachable,
            run.Report.Objects,
            run.Report.Bytes,
            run.Report.Unreferenced,
            run.Report.UnreferencedBytes,
            run.Report.Deleted,
            run.Report.FreedBytes,
            run.Report.Retired,
            run.StartedBy,
            run.CreatedAt,
            run.EndedAt,
            run.Error);
    }
}
