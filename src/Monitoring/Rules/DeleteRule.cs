using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;

namespace Slipway.Monitoring.Rules;

/// <summary>DELETE /api/v1/alert-rules/{name}: with the rule its open alerts are resolved; what is resolved stays.</summary>
internal sealed class DeleteRule(Deletion deletion)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/alert-rules/{name}", HandleAsync).WithName("DeleteAlertRule").WithTags("alerts");

    public Task RunAsync(Caller caller, string name, CancellationToken ct) => deletion.RunAsync(
        caller, "Alert rule", "alert-rule", name, name, (tx, token) => RuleStore.DeleteAsync(tx, caller.Workspace, name, token), ct);

    private static async Task<NoContent> HandleAsync(string name, Caller caller, DeleteRule operation, CancellationToken ct)
    {
        await operation.RunAsync(caller, name, ct);
        return TypedResults.NoContent();
    }
}
