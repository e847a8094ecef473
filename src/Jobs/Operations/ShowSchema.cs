using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>GET /api/v1/schemas and /schemas/{kind}: the JSON Schemas of definitions, with the step kinds of this server, for editors.</summary>
internal sealed class ShowSchema(Policies<IStepKind> kinds, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/schemas", ListAsync).WithName("ListSchemas").WithTags("schemas");
        routes.MapGet("/schemas/{kind}", ShowAsync).WithName("ShowSchema").WithTags("schemas");
    }

    private static async Task<Ok<Response>> ListAsync(Caller caller, ShowSchema operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, "all", ct);
        return TypedResults.Ok(new Response(Contracts.Definitions.Kinds));
    }

    private static async Task<Ok<JsonObject>> ShowAsync(Caller caller, string kind, ShowSchema operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, kind, ct);
        return TypedResults.Ok(Contracts.Definitions.Schema(kind, [.. operation.StepKinds]));
    }

    private IEnumerable<IStepKind> StepKinds => kinds.Names.Select(kinds.Find).OfType<IStepKind>();

    private Task DemandAsync(Caller caller, string kind, CancellationToken ct) =>
        access.DemandAsync(caller, Permission.Read, $"schema:{kind}", ct);

    internal sealed record Response([property: JsonPropertyName("kinds")] IReadOnlyList<string> Kinds);
}
