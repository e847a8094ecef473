using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>
/// PATCH /api/v1/jobs/{name}: what people say of a job may change; what it did never. An archived job is left out of listings.
/// </summary>
internal sealed class UpdateJob(JobStore jobs, JobViews views, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/jobs/{name}", HandleAsync).WithName("UpdateJob").WithTags("jobs");

    private static async Task<Ok<JobWire>> HandleAsync(
        Caller caller, string name, Request request, UpdateJob operation, CancellationToken ct) =>
        TypedResults.Ok(JobWire.Of(await operation.RunAsync(caller, name, request, ct)));

    private async Task<Job> RunAsync(Caller caller, string name, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"job:{name}", ct);
        var row = await jobs.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        var tags = JobsJson.ReadMap(row.Tags);
        foreach (var (key, value) in request.Tags ?? new Dictionary<string, string?>())
        {
            if (value is null)
                tags.Remove(key);
            else
                tags[key] = value;
        }

        var changed = row with
        {
            DisplayName = request.DisplayName ?? row.DisplayName,
            Tags = JobsJson.Write(tags),
            Archived = request.Archived ?? row.Archived,
        };
        await jobs.UpdateAsync(changed, ct);
        await audit.AppendAsync(caller, "job.update", $"job:{name}", null, ct);
        return await views.ShowAsync(changed, ct);
    }

    /// <summary>What is null stays as it is.</summary>
    /// <param name="Tags">Those that are named; null takes one away.</param>
    public sealed record Request(string? DisplayName = null, IReadOnlyDictionary<string, string?>? Tags = null, bool? Archived = null);
}
