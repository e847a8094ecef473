using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking;

/// <summary>The parts of MLflow's API that this server leaves out on purpose say so, so that clients do not guess.</summary>
internal static class LeftOut
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly (string Path, string What)[] s_families =
    [
        ("/3.0/mlflow/issues/invoke", "The detection of issues by a model"),
        ("/3.0/mlflow/gateway/{**rest}", "The AI gateway"),
        ("/2.0/mlflow/gateway-proxy", "The AI gateway"),
        ("/3.0/mlflow/prompt-optimization/{**rest}", "Prompt optimization"),
        ("/2.0/mlflow/traces", "The deprecated traces API, version 2,"),
        ("/2.0/mlflow/traces/{request_id}", "The deprecated traces API, version 2,"),
        ("/2.0/mlflow/traces/{request_id}/info", "The deprecated traces API, version 2,"),
        ("/2.0/mlflow/runs/create-promptlab-run", "The prompt lab"),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var method in s_methods)
        {
            foreach (var root in new[] { "/api", "/ajax-api" })
            {
                foreach (var (path, what) in s_families)
                    routes.MapMlflowAt(method, root + path, _ => throw Refusal(what));
            }

            routes.MapMlflowAt(method, "/graphql", _ => throw Refusal("GraphQL"));
        }
    }

    private static SlipwayException Refusal(string what) => new(
        ErrorCode.NotImplemented, $"{what} is a part of MLflow that this server leaves out; docs/reference/mlflow.md lists what it has.");
}
