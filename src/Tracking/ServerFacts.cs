using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking;

/// <summary>What MLflow's client asks about the server itself.</summary>
internal static class ServerFacts
{
    /// <summary>The MLflow whose REST API this is; the client decides by it what it may use.</summary>
    public const string MlflowVersion = "3.11.0";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/version", static (HttpContext http) => http.Response.WriteAsync(MlflowVersion, http.RequestAborted));
        foreach (var root in new[] { "/api", "/ajax-api" })
        {
            routes.MapMlflowAt("GET", root + "/3.0/mlflow/server-info", static http =>
            {
                http.Response.ContentType = "application/json";
                return http.Response.WriteAsync("""{"store_type": "SqlStore", "workspaces_enabled": true}""", http.RequestAborted);
            });
        }
    }
}
