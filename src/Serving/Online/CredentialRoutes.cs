using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>/api/v1/online-endpoints/{endpoint}/credentials: an endpoint's keys, or a token for it.</summary>
internal static class CredentialRoutes
{
    private static readonly TimeSpan s_earlier = TimeSpan.FromMinutes(10);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/online-endpoints/{endpoint}").WithTags("online-endpoints");
        // A POST, for a token is made by it; and secrets belong into no cache.
        group.MapPost("/credentials", ShowAsync).WithName("GetOnlineEndpointCredentials");
        group.MapPost("/regenerate-keys", RegenerateAsync).WithName("RegenerateOnlineEndpointKeys");
    }

    private static async Task<Ok<Response>> ShowAsync(
        string endpoint, Caller caller, IEndpoints endpoints, EndpointCredentials credentials, CancellationToken ct)
    {
        var found = await EndpointRoutes.GetAsync(caller, endpoints, endpoint, ct);
        switch (found.Settings.AuthMode)
        {
            case AuthMode.Key:
                var (primary, secondary) = await credentials.KeysAsync(caller, endpoint, ct);
                return TypedResults.Ok(new Response { PrimaryKey = primary, SecondaryKey = secondary });
            case AuthMode.AmlToken:
                var (token, expires) = await credentials.NewTokenAsync(caller, endpoint, ct);
                return TypedResults.Ok(new Response
                {
                    AccessToken = token,
                    ExpiryTimeUtc = expires.ToUnixTimeSeconds(),
                    RefreshAfterTimeUtc = (expires - s_earlier).ToUnixTimeSeconds(),
                    TokenType = "Bearer",
                });
            default:
                throw SlipwayException.Conflict(
                    $"Endpoint '{endpoint}' has no credentials of its own: callers sign in to the server. Set its auth_mode to key or aml_token.");
        }
    }

    private static async Task<NoContent> RegenerateAsync(
        string endpoint, RegenerateRequest request, Caller caller, IEndpoints endpoints, EndpointCredentials credentials, CancellationToken ct)
    {
        await EndpointRoutes.GetAsync(caller, endpoints, endpoint, ct);
        await credentials.RegenerateAsync(caller, endpoint, request.KeyType ?? "primary", request.KeyValue, ct);
        return TypedResults.NoContent();
    }

    /// <param name="KeyType">"primary" or "secondary".</param>
    /// <param name="KeyValue">Null: one is made.</param>
    public sealed record RegenerateRequest(string? KeyType, string? KeyValue);

    /// <summary>Azure ML's fields: those of keys, or those of a token (times in seconds since 1970).</summary>
    public sealed record Response
    {
        public string? PrimaryKey { get; init; }

        public string? SecondaryKey { get; init; }

        public string? AccessToken { get; init; }

        public long? ExpiryTimeUtc { get; init; }

        public long? RefreshAfterTimeUtc { get; init; }

        public string? TokenType { get; init; }
    }
}
