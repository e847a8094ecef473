using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>One endpoint of the MLflow REST API; a singleton in DI.</summary>
public interface IMlflowOperation
{
    Task HandleAsync(MlflowCall call, CancellationToken ct);
}

/// <summary>Maps MLflow's endpoints. They are plain request delegates: a hundred of them cost the start nothing.</summary>
public static class MlflowRoutes
{
    private static readonly string[] s_roots = ["/api", "/ajax-api"];

    /// <param name="path">
    /// "experiments/create" stands below 2.0/mlflow; with a slash in front it is the path below /api and /ajax-api:
    /// "/3.0/mlflow/traces".
    /// </param>
    public static void MapMlflow<TOperation>(this IEndpointRouteBuilder routes, string method, string path)
        where TOperation : IMlflowOperation
    {
        var below = path.StartsWith('/') ? path : "/2.0/mlflow/" + path;
        foreach (var root in s_roots)
            routes.MapMlflowAt(method, root + below, RunAsync<TOperation>);
    }

    /// <summary>One path as it is, with MLflow's headers and error bodies.</summary>
    public static IEndpointConventionBuilder MapMlflowAt(
        this IEndpointRouteBuilder routes, string method, string path, RequestDelegate handle) =>
        routes.MapMethods(path, [method], (RequestDelegate)(http =>
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers.XFrameOptions = "SAMEORIGIN";
            return handle(http);
        })).WithMetadata(MlflowErrors.Shape);

    private static async Task RunAsync<TOperation>(HttpContext http)
        where TOperation : IMlflowOperation
    {
        var call = await MlflowCall.ReadAsync(http, http.RequestAborted);
        await http.RequestServices.GetRequiredService<TOperation>().HandleAsync(call, http.RequestAborted);
    }
}
