using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

/// <summary>One level below a path of the artifact proxy; names, not paths.</summary>
internal sealed class ListProxyArtifacts(ArtifactStore artifacts, IAccess access) : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapProxy<ListProxyArtifacts>("GET", "artifacts");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var path = ArtifactPath.Parse(call.Fields.Text("path"));
        await access.DemandAsync(call.Caller, Permission.Read, $"artifact:{path}", ct);
        var rows = await artifacts.ListAsync(call.Caller.Workspace, path, ct);
        await call.AnswerAsync(json => ArtifactListing.Write(json, rows, ArtifactPath.Root), ct);
    }
}
