using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>GET …/deployments/{name}/logs: what the deployment's processes wrote lately, as text.</summary>
internal sealed class ShowDeploymentLogs(RoutingTable table, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/online-endpoints/{endpoint}/deployments/{name}/logs", HandleAsync)
            .WithTags("online-deployments").WithName("ShowOnlineDeploymentLogs");

    private static async Task<ContentHttpResult> HandleAsync(
        string endpoint, string name, Caller caller, ShowDeploymentLogs operation, CancellationToken ct) =>
        TypedResults.Text(await operation.RunAsync(caller, endpoint, name, ct));

    private async Task<string> RunAsync(Caller caller, string endpoint, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        var found = table.Get(caller.Workspace, endpoint).Deployments.GetValueOrDefault(name)
            ?? throw SlipwayException.NotFound("A loaded deployment", $"{endpoint}/{name}");
        return found.Model.Log?.Read() ?? "";
    }
}
