using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Kernel.Http;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Profiles;

/// <summary>
/// GET /api/v1/data/{name}/versions/{version}/profile?format=json|text|html: counts, quantiles, distinct and top values of
/// each column. The first call reads the data; later ones, and other versions with the same files, do not.
/// </summary>
internal static class ShowProfile
{
    private static readonly string[] s_formats = ["json", "text", "html"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/data/{name}/versions/{version}/profile", HandleAsync).WithName("ShowDataProfile").WithTags("data")
            .Produces<JsonElement>(StatusCodes.Status200OK, "application/json", "text/plain", "text/html");

    private static async Task<IResult> HandleAsync(
        string name, string version, Caller caller, IDataProfiles profiles, HttpContext http, CancellationToken ct, string format = "json")
    {
        if (!s_formats.Contains(format))
            throw SlipwayException.Invalid($"'{format}' is no format of a profile.{Nearest.Hint(format, s_formats)} Known: {string.Join(", ", s_formats)}.");
        var (found, profile) = await profiles.OfVersionAsync(caller, AssetName.Parse(name), version, ct);
        return format switch
        {
            "text" => Results.Text(ProfileText.Write(found, profile), "text/plain; charset=utf-8"),
            "html" => StaticPage.Show(http, ProfilePage.Write(found, profile)),
            _ => Results.Bytes(ProfileJson.Write(found, profile), "application/json"),
        };
    }
}
