using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

internal sealed class DeleteArtifact(ArtifactStore artifacts, IAccess access) : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapProxy<DeleteArtifact>("DELETE", "artifacts/{**path}");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var path = ArtifactPath.OfRequest(http, "/mlflow-artifacts/artifacts/");
        if (path.IsRoot)
            throw SlipwayException.Invalid("Invalid path");
        await access.DemandAsync(call.Caller, Permission.Write, $"artifact:{path}", ct);
        await artifacts.DeleteAsync(call.Caller.Workspace, path, ct);
        await call.AnswerAsync(ct);
    }
}
