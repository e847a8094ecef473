using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Rules;

/// <summary>DELETE /api/v1/alert-rules/{name}: with the rule its open alerts are resolved; what is resolved stays.</summary>
internal sealed class DeleteRule(Database database, AlertBook book, AlertNews news, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/alert-rules/{name}", HandleAsync).WithName("DeleteAlertRule").WithTags("alerts");

    public async Task RunAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"alert-rule:{name}", ct);
        var changes = await database.WriteAsync(
            async (tx, token) =>
            {
                if (!await RuleStore.DeleteAsync(tx, caller.Workspace, name, token))
                    throw SlipwayException.NotFound("Alert rule", name);
                return await book.ResolveAsync(tx, caller, await AlertStore.OpenAsync(tx, caller.Workspace, name, token), token);
            },
            ct);
        await audit.AppendAsync(caller, "alert_rule.delete", $"alert-rule:{name}", null, ct);
        await news.TellAsync(caller, changes, ct);
    }

    private static async Task<NoContent> HandleAsync(string name, Caller caller, DeleteRule operation, CancellationToken ct)
    {
        await operation.RunAsync(caller, name, ct);
        return TypedResults.NoContent();
    }
}
