using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>
/// POST /api/v1/sql/versions: the rows of a query as a new version of a data asset. The lineage keeps the query's text on the
/// edge from each version that it read.
/// </summary>
internal sealed class SaveSql(
    ILakeTables tables, SqlBinding binding, ContentStore content, IDataAssets assets, LineageLog lineage, IEnumerable<IQueryTrace> traces,
    IAccess access, LakeOptions options)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/sql/versions", HandleAsync).WithName("SaveSql").WithTags("lake");

    private static async Task<Ok<Response>> HandleAsync(Request request, Caller caller, SaveSql operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    private async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        var name = AssetName.Parse(request.Name);
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        using var bound = await binding.BindAsync(caller, request.Sql, ct);
        var query = bound.Query;
        using var file = SqlFile.Write(tables, options, query, limit: null, memoryMegabytes: null, ct);
        var blob = await content.PutFileAsync(file.Path, ct);
        var tree = await content.PutTreeAsync([new TreeEntry("part.parquet", blob.Digest, blob.Size)], ct);
        var version = await assets.CreateAsync(
            caller,
            new NewDataVersion
            {
                Name = name,
                Version = request.Version,
                Zone = request.Zone ?? "processed",
                Tree = tree.Digest,
                Rows = file.Rows,
                Description = request.Description,
            },
            ct);
        var detail = JsonSerializer.Serialize(new Dictionary<string, string> { ["sql"] = request.Sql }, LakeJson.Default.IReadOnlyDictionaryStringString);
        await lineage.AppendAsync(
            caller, query.Reads.DistinctBy(read => read.Node).Select(read => new NewEdge("sql", read.Node, version.Node, detail)), ct);
        foreach (var trace in traces)
            await trace.KeepAsync(caller, request.Sql, version, ct);
        return new Response(version.Name.Value, version.Version, file.Rows, version.Tree.ToString(), [.. query.Reads.Select(read => read.Node).Distinct()]);
    }

    /// <param name="Name">The asset that gets the version.</param>
    /// <param name="Sql">One query.</param>
    /// <param name="Version">Null: the next integer.</param>
    /// <param name="Zone">Null: processed.</param>
    /// <param name="Description">What it is.</param>
    public sealed record Request(string Name, string Sql, string? Version = null, string? Zone = null, string? Description = null);

    /// <param name="Name">The asset.</param>
    /// <param name="Version">The version that was made.</param>
    /// <param name="Rows">How many it holds.</param>
    /// <param name="Tree">The digest of its content.</param>
    /// <param name="Reads">The versions that the query read.</param>
    public sealed record Response(string Name, string Version, long Rows, string Tree, IReadOnlyList<string> Reads);
}
