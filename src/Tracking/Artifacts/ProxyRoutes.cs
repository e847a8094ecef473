using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

/// <summary>An endpoint that reads the request itself: its body is a file, or its path one.</summary>
internal interface IRawOperation
{
    Task HandleAsync(HttpContext http, CancellationToken ct);
}

/// <summary>Maps the artifact proxy's endpoints.</summary>
internal static class ProxyRoutes
{
    public static void MapProxy<TOperation>(this IEndpointRouteBuilder routes, string method, string path)
        where TOperation : IRawOperation
    {
        routes.MapRaw<TOperation>(method, "/api/2.0/mlflow-artifacts/" + path);
        routes.MapRaw<TOperation>(method, "/ajax-api/2.0/mlflow-artifacts/" + path);
    }

    public static void MapRaw<TOperation>(this IEndpointRouteBuilder routes, string method, string path)
        where TOperation : IRawOperation =>
        routes.MapMlflowAt(method, path, static http =>
            http.RequestServices.GetRequiredService<TOperation>().HandleAsync(http, http.RequestAborted));
}
