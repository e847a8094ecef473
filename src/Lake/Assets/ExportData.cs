using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Assets;

/// <summary>POST /api/v1/data/{name}/versions/{version}/export: writes a version's files into a datastore.</summary>
internal sealed class ExportData(IDataAssets assets, IDatastores datastores, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/data/{name}/versions/{version}/export", HandleAsync).WithName("ExportData").WithTags("data");

    private static async Task<Ok<Response>> HandleAsync(
        string name, string version, Request request, Caller caller, ExportData operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, AssetName.Parse(name), version, DataUri.Parse(request.Path), ct));

    private async Task<Response> RunAsync(Caller caller, AssetName name, string version, DataUri to, CancellationToken ct)
    {
        var found = await assets.FindAsync(caller, name, version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");
        var files = await datastores.ExportAsync(caller, found.Tree, to, ct);
        await audit.AppendAsync(caller, "data.export", found.Node, detail: null, ct);
        return new Response(found.Name.Value, found.Version, to.Text, files);
    }

    public sealed record Request(string Path);

    public sealed record Response(string Name, string Version, string Path, int Files);
}
