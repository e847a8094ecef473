using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Tracking.Artifacts;

internal sealed class DownloadArtifact(ArtifactFiles files, IAccess access) : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapProxy<DownloadArtifact>("GET", "artifacts/{**path}");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var path = ArtifactPath.OfRequest(http, "/mlflow-artifacts/artifacts/");
        var caller = await Caller.BindAsync(http);
        await access.DemandAsync(caller, Permission.Read, $"artifact:{path}", ct);
        await files.SendAsync(http, caller.Workspace, path, ct);
    }
}
