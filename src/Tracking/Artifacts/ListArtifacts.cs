using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Artifacts;

internal sealed class ListArtifacts(RunStore runs, ArtifactStore artifacts, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<ListArtifacts>("GET", "artifacts/list");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var runId = call.Fields.Required("run_id", "run_uuid");
        var path = ArtifactPath.Parse(call.Fields.Text("path"));
        MlflowNames.DemandRunId(runId);
        await access.DemandAsync(call.Caller, Permission.Read, $"run:{runId}", ct);
        var run = await runs.GetAsync(call.Caller.Workspace, runId, ct);
        var rows = await artifacts.ListAsync(call.Caller.Workspace, RunArtifacts.RootOf(run).Append(path), ct);
        await call.AnswerAsync(json =>
        {
            json.WriteString("root_uri", run.ArtifactUri);
            ArtifactListing.Write(json, rows, path);
        }, ct);
    }
}
