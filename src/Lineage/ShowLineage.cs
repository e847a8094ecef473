using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lineage.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lineage;

/// <summary>
/// GET /api/v1/lineage/upstream?node=… (what it was made from) and /downstream?node=… (what came of it).
/// </summary>
internal sealed class ShowLineage(LineageWalk graph, IEnumerable<ILineageThings> things, IAccess access)
{
    private readonly Policies<ILineageThings> _things = new(things);

    private const int MaxDepth = 64;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/lineage/upstream", (Caller caller, ShowLineage operation, string node, CancellationToken ct, int depth = MaxDepth) =>
            HandleAsync(operation.RunAsync(caller, node, depth, upstream: true, ct))).WithName("TraceUpstream").WithTags("lineage");
        routes.MapGet("/lineage/downstream", (Caller caller, ShowLineage operation, string node, CancellationToken ct, int depth = MaxDepth) =>
            HandleAsync(operation.RunAsync(caller, node, depth, upstream: false, ct))).WithName("TraceDownstream").WithTags("lineage");
    }

    private static async Task<Ok<Response>> HandleAsync(Task<Response> answer) => TypedResults.Ok(await answer);

    public async Task<Response> RunAsync(Caller caller, string text, int depth, bool upstream, CancellationToken ct)
    {
        if (depth is < 1 or > MaxDepth)
            throw SlipwayException.Invalid($"depth is {depth}; it must be from 1 to {MaxDepth}.");
        var node = LineageNode.Parse(text);
        await access.DemandAsync(caller, Permission.Read, text, ct);

        var found = upstream
            ? await graph.UpstreamAsync(caller, node, depth, ct)
            : await graph.DownstreamAsync(caller, node, depth, ct);
        if (found.Edges.Count == 0 && !await ExistsAsync(caller, node, ct))
        {
            throw new SlipwayException(
                ErrorCode.NotFound,
                $"Nothing is known that {(upstream ? "led to" : "came of")} '{text}'. Nodes look like data:flights-raw@5, model:flights-late@3, run:<id>, prediction:<id>.");
        }

        return new Response(text, [.. found.Edges.Select(Edge.Of)], found.Truncated);
    }

    private async Task<bool> ExistsAsync(Caller caller, LineageNode node, CancellationToken ct) =>
        _things.Find(node.Kind) is { } kind && await kind.ExistsAsync(caller, node, ct);

    public sealed record Response(string Node, IReadOnlyList<Edge> Edges, bool Truncated);

    public sealed record Edge(string Act, string From, string To, DateTimeOffset Time, string Principal, string? Detail)
    {
        internal static Edge Of(LineageEdge edge) =>
            new(edge.Act, edge.From, edge.To, edge.Time, edge.Principal, edge.Detail);
    }
}
