using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

/// <summary>PUT of one file, streamed into the content store.</summary>
internal sealed class UploadArtifact(ContentStore contents, ArtifactStore artifacts, IAccess access) : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapProxy<UploadArtifact>("PUT", "artifacts/{**path}");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var path = ArtifactPath.OfRequest(http, "/mlflow-artifacts/artifacts/");
        if (path.IsRoot)
            throw SlipwayException.Invalid("Invalid path");
        await access.DemandAsync(call.Caller, Permission.Write, $"artifact:{path}", ct);

        // A model has gigabytes; it goes to the disk as it comes.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        var blob = await contents.PutAsync(http.Request.Body, ct);
        await artifacts.PutAsync(call.Caller.Workspace, [(path, blob)], ct);
        await call.AnswerAsync(ct);
    }
}
