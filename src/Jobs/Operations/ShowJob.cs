using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>GET /api/v1/jobs/{name}: a job with its steps.</summary>
internal sealed class ShowJob(JobStore jobs, JobViews views, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{name}", HandleAsync).WithName("ShowJob").WithTags("jobs");

    private static async Task<Ok<JobWire>> HandleAsync(Caller caller, string name, ShowJob operation, CancellationToken ct) =>
        TypedResults.Ok(JobWire.Of(
            await operation.FindAsync(caller, name, ct) ?? throw SlipwayException.NotFound("Job", name)));

    public async Task<Job?> FindAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"job:{name}", ct);
        return await jobs.FindAsync(caller.Workspace, name, ct) is { } row ? await views.ShowAsync(row, ct) : null;
    }
}
