using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Secrets;

/// <summary>/api/v1/secrets: set, list by name, delete. A value never comes back; the vault asks for the permission and writes the audit.</summary>
internal static class SecretRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/secrets/{name}", SetAsync).WithName("SetSecret").WithTags("secrets");
        routes.MapGet("/secrets", ListAsync).WithName("ListSecrets").WithTags("secrets");
        routes.MapDelete("/secrets/{name}", DeleteAsync).WithName("DeleteSecret").WithTags("secrets");
    }

    private static async Task<NoContent> SetAsync(string name, SecretValue body, Caller caller, IVault vault, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(body.Value))
            throw SlipwayException.Invalid($"The secret '{name}' has no value.");
        await vault.SetAsync(caller, name, body.Value, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<SecretNames>> ListAsync(Caller caller, IVault vault, CancellationToken ct) =>
        TypedResults.Ok(new SecretNames(await vault.ListAsync(caller, ct)));

    private static async Task<NoContent> DeleteAsync(string name, Caller caller, IVault vault, CancellationToken ct) =>
        await vault.DeleteAsync(caller, name, ct) ? TypedResults.NoContent() : throw SlipwayException.NotFound("Secret", name);

    public sealed record SecretValue(string Value);

    public sealed record SecretNames(IReadOnlyList<string> Secrets);
}
