using System.Net.Http.Headers;
using System.Text;
using Slipway.Etl.Steps;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Sources;

/// <summary>How requests prove who asks; the secret is read from the vault as the one whose job it is.</summary>
internal sealed record HttpAuth(string Type, string Name, string User, string Secret)
{
    public static async Task<HttpAuth> OfAsync(Caller caller, IVault vault, SettingMap source, CancellationToken ct)
    {
        if (source.Map("auth", "type", "secret", "name", "user") is not { } map)
            return new HttpAuth("none", "", "", "");
        var type = map.Choice("type", "bearer", "basic", "header", "query");
        var name = type is "header" or "query" ? map.Require("name", $"the name of the {type} that carries the secret") : "";
        var user = type == "basic" ? map.Require("user", "the name of the user") : "";
        var secret = map.Require("secret", "the name of the secret in the vault");
        return new HttpAuth(type, name, user, await vault.FindAsync(caller, secret, ct) ?? throw SlipwayException.NotFound("Secret", secret));
    }

    public void Sign(HttpRequestMessage request)
    {
        if (Type == "bearer")
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        else if (Type == "basic")
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Secret}")));
        else if (Type == "header")
            request.Headers.TryAddWithoutValidation(Name, Secret);
    }

    /// <summary>Apart from the address itself, which messages show.</summary>
    public Uri Sign(Uri address) => Type != "query"
        ? address
        : new UriBuilder(address) { Query = $"{address.Query.TrimStart('?')}&{Uri.EscapeDataString(Name)}={Uri.EscapeDataString(Secret)}".TrimStart('&') }.Uri;
}
