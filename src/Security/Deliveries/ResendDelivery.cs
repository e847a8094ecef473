using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

/// <summary>POST /api/v1/deliveries/{id}/resend: a dead delivery is tried again, as often as a new one.</summary>
internal sealed class ResendDelivery(DeliveryQueue queue, Database database, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/deliveries/{id}/resend", HandleAsync).WithName("ResendDelivery").WithTags("deliveries");

    private static async Task<NoContent> HandleAsync(Caller caller, string id, ResendDelivery operation, CancellationToken ct)
    {
        await operation.RunAsync(caller, id, ct);
        return TypedResults.NoContent();
    }

    private async Task RunAsync(Caller caller, string id, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, $"delivery:{id}", ct);
        await database.WriteAsync(
            async (tx, token) =>
            {
                if (!await DeliveryStore.ReviveAsync(tx, caller.Workspace, id, token))
                    throw SlipwayException.NotFound("Dead delivery", id);
                await queue.QueueAsync(tx, caller, id, token);
            },
            ct);
        await audit.AppendAsync(caller, "delivery.resend", $"delivery:{id}", detail: null, ct);
    }
}
