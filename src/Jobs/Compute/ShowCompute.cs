using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Compute;

/// <summary>GET /api/v1/compute and one of them: where commands may run, and what keeps them from running there.</summary>
internal sealed class ShowCompute(Policies<IComputeTarget> targets, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/compute", ListAsync).WithName("ListCompute").WithTags("compute");
        routes.MapGet("/compute/{name}", ShowAsync).WithName("ShowCompute").WithTags("compute");
    }

    private static async Task<Ok<Listing>> ListAsync(Caller caller, ShowCompute operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, ct);
        return TypedResults.Ok(new Listing([.. operation.Targets().Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> ShowAsync(Caller caller, string name, ShowCompute operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, ct);
        var known = operation.Targets().ToList();
        return TypedResults.Ok(Response.Of(known.Find(target => target.Name == name) ?? throw new SlipwayException(
            ErrorCode.NotFound,
            $"Compute '{name}' does not exist; a job that names it runs on this machine. Known: {string.Join(", ", known.Select(target => target.Name))}.")));
    }

    private Task DemandAsync(Caller caller, CancellationToken ct) => access.DemandAsync(caller, Permission.Read, "compute", ct);

    private IEnumerable<IComputeTarget> Targets() => targets.Names.Select(targets.Find).OfType<IComputeTarget>();

    internal sealed record Listing([property: JsonPropertyName("compute")] IReadOnlyList<Response> Compute);

    /// <param name="State">Succeeded, or Failed where something is missing.</param>
    internal sealed record Response(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("type")] string Type,
        [property: JsonPropertyName("provisioningState")] string State,
        [property: JsonPropertyName("problem")] string? Problem)
    {
        public static Response Of(IComputeTarget target) => new(
            target.Name, target.Name, target.Problem is null ? "Succeeded" : "Failed", target.Problem);
    }
}
