using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

/// <summary>Addresses of a cloud store for direct access: there is none behind this server, and the client then uses the proxy.</summary>
internal static class PresignArtifact
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/api", "/ajax-api" })
        {
            routes.MapMlflowAt("GET", root + "/2.0/mlflow-artifacts/presigned/{**path}", Refuse);
            routes.MapMlflowAt("POST", root + "/2.0/mlflow/artifacts/presigned-upload-url", Refuse);
        }
    }

    private static Task Refuse(HttpContext http) => throw new SlipwayException(
        ErrorCode.NotImplemented,
        "Presigned URLs are not supported: artifacts are in this server's own store; use mlflow-artifacts/artifacts/<path>.");
}
