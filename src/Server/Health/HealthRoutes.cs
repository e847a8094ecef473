using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Server.Health;

/// <summary>GET /health/live (the process answers) and /health/ready (the database does, too); /health is MLflow's.</summary>
internal static class HealthRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => TypedResults.Text("OK")).ExcludeFromDescription();
        routes.MapGet("/health/live", () => TypedResults.Text("OK")).WithTags("health");
        routes.MapGet("/health/ready", ReadyAsync).WithTags("health");
    }

    private static async Task<IResult> ReadyAsync(Database database, CancellationToken ct)
    {
        try
        {
            await using var connection = await database.OpenAsync(ct);
            await using var command = connection.CreateCommand();
            command.CommandText = "select 1";
            await command.ExecuteScalarAsync(ct);
            return TypedResults.Text("OK");
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or SlipwayException { Code: ErrorCode.Unavailable }))
        {
            // Whatever keeps the database from answering, a load balancer needs a plain 503.
            throw new SlipwayException(ErrorCode.Unavailable, $"The database does not answer: {exception.Message}", exception);
        }
    }
}
