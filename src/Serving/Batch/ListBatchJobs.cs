using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Batch;

/// <summary>GET /api/v1/batch-endpoints/{endpoint}/jobs: the jobs that it started, newest first, perhaps of one deployment.</summary>
internal sealed class ListBatchJobs(BatchStore store, IJobs jobs, IAccess access)
{
    private const int Most = 200;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/batch-endpoints/{endpoint}/jobs", HandleAsync).WithName("ListBatchEndpointJobs").WithTags("batch-endpoints");

    private static async Task<Ok<Response>> HandleAsync(
        string endpoint, Caller caller, ListBatchJobs operation, CancellationToken ct, string? deployment = null, int limit = 50) =>
        TypedResults.Ok(new Response(await operation.RunAsync(caller, endpoint, deployment, limit, ct)));

    private async Task<IReadOnlyList<BatchJobWire>> RunAsync(Caller caller, string endpoint, string? deployment, int limit, CancellationToken ct)
    {
        if (limit is < 1 or > Most)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to {Most}.");
        await access.DemandAsync(caller, Permission.Read, $"batch-endpoint:{endpoint}", ct);
        var found = await store.GetAsync(caller.Workspace, endpoint, ct);
        if (deployment is not null)
            found.Choose(deployment);
        var listed = new List<BatchJobWire>();
        foreach (var row in await store.ListJobsAsync(caller.Workspace, endpoint, deployment, limit, ct))
        {
            // It is noted before it is submitted, and so may never have come to be.
            if (await jobs.FindAsync(caller, row.Job, ct) is { } job)
                listed.Add(BatchJobWire.Of(job, row.Deployment));
        }

        return listed;
    }

    internal sealed record Response(IReadOnlyList<BatchJobWire> Jobs);
}
