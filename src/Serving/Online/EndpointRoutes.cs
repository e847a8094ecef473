using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>/api/v1/online-endpoints: create, show, list, delete, and the split of the traffic.</summary>
internal static class EndpointRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/online-endpoints").WithTags("online-endpoints");
        group.MapGet("", ListAsync).WithName("ListOnlineEndpoints");
        group.MapPut("/{endpoint}", CreateAsync).WithName("CreateOnlineEndpoint");
        group.MapGet("/{endpoint}", ShowAsync).WithName("ShowOnlineEndpoint");
        group.MapDelete("/{endpoint}", DeleteAsync).WithName("DeleteOnlineEndpoint");
        group.MapPut("/{endpoint}/traffic", SetTrafficAsync).WithName("SetOnlineEndpointTraffic");
        group.MapPut("/{endpoint}/mirror", SetMirrorAsync).WithName("SetOnlineEndpointMirror");
        group.MapPut("/{endpoint}/settings", ConfigureAsync).WithName("ConfigureOnlineEndpoint");
    }

    private static async Task<Ok<Listing>> ListAsync(Caller caller, IEndpoints endpoints, CancellationToken ct) =>
        TypedResults.Ok(new Listing([.. (await endpoints.ListAsync(caller, ct)).Select(Response.Of)]));

    private static async Task<Ok<Response>> CreateAsync(
        string endpoint, CreateRequest? request, Caller caller, IEndpoints endpoints, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await endpoints.CreateAsync(caller, endpoint, Mode(request?.Collect), ct)));

    private static async Task<Ok<Response>> ShowAsync(
        string endpoint, Caller caller, IEndpoints endpoints, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await GetAsync(caller, endpoints, endpoint, ct)));

    private static async Task<NoContent> DeleteAsync(
        string endpoint, Caller caller, IEndpoints endpoints, CancellationToken ct)
    {
        await endpoints.DeleteAsync(caller, endpoint, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Response>> SetTrafficAsync(
        string endpoint, TrafficRequest request, Caller caller, IEndpoints endpoints, CancellationToken ct)
    {
        if (request.Traffic is null)
            throw SlipwayException.Invalid("""Traffic is {"traffic":{"blue":90,"green":10},"reason":"…"}.""");
        await endpoints.SetTrafficAsync(caller, endpoint, request.Traffic, request.Reason ?? "", ct);
        return TypedResults.Ok(Response.Of(await GetAsync(caller, endpoints, endpoint, ct)));
    }

    private static async Task<Ok<Response>> SetMirrorAsync(
        string endpoint, MirrorRequest request, Caller caller, IEndpoints endpoints, CancellationToken ct)
    {
        if (request.MirrorTraffic is null)
            throw SlipwayException.Invalid("""Mirror traffic is {"mirrorTraffic":{"green":10},"reason":"…"}; {} stops it.""");
        await endpoints.SetMirrorAsync(caller, endpoint, request.MirrorTraffic, request.Reason ?? "", ct);
        return TypedResults.Ok(Response.Of(await GetAsync(caller, endpoints, endpoint, ct)));
    }

    private static async Task<Ok<Response>> ConfigureAsync(
        string endpoint, EndpointSettings request, Caller caller, IEndpoints endpoints, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await endpoints.ConfigureAsync(caller, endpoint, request, ct)));

    internal static async Task<OnlineEndpoint> GetAsync(
        Caller caller, IEndpoints endpoints, string endpoint, CancellationToken ct) =>
        await endpoints.FindAsync(caller, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);

    private static CollectMode Mode(string? text) =>
        text is null ? CollectMode.Drop
        : Enum.TryParse<CollectMode>(text, ignoreCase: true, out var mode) && Enum.IsDefined(mode) ? mode
        : throw SlipwayException.Invalid($"collect is '{text}'; it is one of: drop, wait, off.");

    public sealed record CreateRequest(string? Collect);

    public sealed record TrafficRequest(Dictionary<string, int>? Traffic, string? Reason);

    public sealed record MirrorRequest(Dictionary<string, int>? MirrorTraffic, string? Reason);

    public sealed record Listing(IReadOnlyList<Response> Endpoints);

    public sealed record Response(
        string Name,
        string Collect,
        IReadOnlyDictionary<string, int> Traffic,
        IReadOnlyDictionary<string, int> MirrorTraffic,
        EndpointSettings Settings,
        string ScoringUri,
        DateTimeOffset CreatedAt,
        IReadOnlyList<DeploymentRoutes.Response> Deployments)
    {
        // Relative to the server, whose address may be another one for each client.
        internal static Response Of(OnlineEndpoint endpoint) => new(
            endpoint.Name,
            endpoint.Collect.ToString().ToLowerInvariant(),
            endpoint.Traffic,
            endpoint.MirrorTraffic,
            endpoint.Settings,
            $"/endpoints/{endpoint.Name}/v2",
            endpoint.CreatedAt,
            [.. endpoint.Deployments.Select(DeploymentRoutes.Response.Of)]);
    }
}
