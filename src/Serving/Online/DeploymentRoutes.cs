using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>/api/v1/online-endpoints/{endpoint}/deployments: create, show, list, delete, statistics.</summary>
internal static class DeploymentRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/online-endpoints/{endpoint}/deployments").WithTags("online-deployments");
        group.MapGet("", ListAsync).WithName("ListOnlineDeployments");
        group.MapPut("/{name}", CreateAsync).WithName("CreateOnlineDeployment");
        group.MapGet("/{name}", ShowAsync).WithName("ShowOnlineDeployment");
        group.MapDelete("/{name}", DeleteAsync).WithName("DeleteOnlineDeployment");
        group.MapGet("/{name}/stats", StatsAsync).WithName("ShowOnlineDeploymentStats");
    }

    private static async Task<Ok<Listing>> ListAsync(
        string endpoint, Caller caller, IEndpoints endpoints, CancellationToken ct)
    {
        var found = await EndpointRoutes.GetAsync(caller, endpoints, endpoint, ct);
        return TypedResults.Ok(new Listing([.. found.Deployments.Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> CreateAsync(
        string endpoint, string name, Request request, Caller caller, IEndpoints endpoints, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(request.Model))
            throw SlipwayException.Invalid("""Say which model is deployed: {"model":"flights-late@champion"} or {"model":"flights-late:3"}.""");
        return TypedResults.Ok(Response.Of(await endpoints.DeployAsync(
            caller, endpoint, name, request.Model, request.Settings ?? DeploymentSettings.Default, ct)));
    }

    private static async Task<Ok<Response>> ShowAsync(
        string endpoint, string name, Caller caller, IEndpoints endpoints, CancellationToken ct)
    {
        var found = await EndpointRoutes.GetAsync(caller, endpoints, endpoint, ct);
        var deployment = found.Deployments.FirstOrDefault(known => known.Name == name)
            ?? throw SlipwayException.NotFound("Deployment", $"{endpoint}/{name}");
        return TypedResults.Ok(Response.Of(deployment));
    }

    private static async Task<NoContent> DeleteAsync(
        string endpoint, string name, Caller caller, IEndpoints endpoints, CancellationToken ct)
    {
        await endpoints.DeleteDeploymentAsync(caller, endpoint, name, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<DeploymentStats>> StatsAsync(
        string endpoint, string name, Caller caller, IEndpoints endpoints, CancellationToken ct) =>
        TypedResults.Ok(await endpoints.StatsAsync(caller, endpoint, name, ct));

    public sealed record Request(string? Model, DeploymentSettings? Settings);

    public sealed record Listing(IReadOnlyList<Response> Deployments);

    public sealed record Response(
        string Name, string Endpoint, string Model, int ModelVersion, string State, string? Message, DateTimeOffset CreatedAt,
        DeploymentSettings Settings)
    {
        internal static Response Of(OnlineDeployment deployment) => new(
            deployment.Name,
            deployment.Endpoint,
            deployment.Model,
            deployment.ModelVersion,
            deployment.State,
            deployment.Message,
            deployment.CreatedAt,
            deployment.Settings);
    }
}
