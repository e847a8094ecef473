using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Columns;

/// <summary>GET /api/v1/lineage/columns?node=…: what the columns of a data version were made from, as far back as is known.</summary>
internal sealed class ShowColumns(ColumnStore store, IDataAssets assets, IAccess access)
{
    private const int MostNodes = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/lineage/columns", HandleAsync).WithName("TraceColumns").WithTags("lineage");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, string node, ShowColumns operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, node, ct));

    public async Task<Response> RunAsync(Caller caller, string text, CancellationToken ct)
    {
        var node = LineageNode.Parse(text).ToString();
        await access.DemandAsync(caller, Permission.Read, node, ct);
        var seen = new HashSet<string> { node };
        var open = new Queue<string>(seen);
        var edges = new List<Edge>();
        while (open.TryDequeue(out var next) && seen.Count <= MostNodes)
        {
            foreach (var edge in await OfAsync(caller, next, ct))
            {
                edges.Add(new Edge(next, edge.Name, edge.FromNode, edge.FromName, edge.Kind));
                if (seen.Add(edge.FromNode))
                    open.Enqueue(edge.FromNode);
            }
        }

        return edges.Count > 0
            ? new Response(node, edges)
            : throw new SlipwayException(ErrorCode.NotFound, $"Nothing is known of the columns of '{node}': dataflows, steps of type sql and saved queries tell it of what they make, data:orders@3.");
    }

    // Of a version that a step wrote, what is known is known of its content.
    private async Task<IReadOnlyList<ColumnEdge>> OfAsync(Caller caller, string node, CancellationToken ct)
    {
        var known = await store.OfAsync(caller.Workspace, node, ct);
        if (known.Count > 0 || !node.StartsWith("data:", StringComparison.Ordinal))
            return known;
        var data = LineageNode.Parse(node);
        return await assets.FindAsync(caller, AssetName.Parse(data.Name), data.Version, ct) is { } version
            ? await store.OfAsync(caller.Workspace, $"tree:{version.Tree}", ct)
            : known;
    }

    internal sealed record Response(
        [property: JsonPropertyName("node")] string Node, [property: JsonPropertyName("edges")] IReadOnlyList<Edge> Edges);

    /// <param name="Kind">identity, expression, window or aggregate.</param>
    internal sealed record Edge(
        [property: JsonPropertyName("node")] string Node,
        [property: JsonPropertyName("column")] string Column,
        [property: JsonPropertyName("fromNode")] string FromNode,
        [property: JsonPropertyName("fromColumn")] string FromColumn,
        [property: JsonPropertyName("kind")] string Kind);
}
