using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Artifacts;

/// <summary>One file of a run, for browsers.</summary>
internal sealed class GetArtifact(RunStore runs, ArtifactFiles files, IAccess access) : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapRaw<GetArtifact>("GET", "/get-artifact");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var runId = call.Fields.Required("run_id", "run_uuid");
        var path = ArtifactPath.Parse(call.Fields.Required("path"));
        MlflowNames.DemandRunId(runId);
        await access.DemandAsync(call.Caller, Permission.Read, $"run:{runId}", ct);
        var run = await runs.GetAsync(call.Caller.Workspace, runId, ct);
        await files.SendAsync(http, call.Caller.Workspace, RunArtifacts.RootOf(run).Append(path), ct);
    }
}
