using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>GET /api/v1/content/why-kept?of=sha256:… or NAME:VERSION: the records that keep a content.</summary>
internal sealed class WhyKept(ReachableContent records, IBlobStore blobs, DataVersionStore versions, IAccess access)
{
    private const int Limit = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/content/why-kept", HandleAsync).WithName("ExplainKept").WithTags("gc");

    private static async Task<Ok<Response>> HandleAsync(string of, Caller caller, WhyKept operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, of, ct));

    private async Task<Response> RunAsync(Caller caller, string of, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "content", ct);
        var digest = of.StartsWith("sha256:", StringComparison.Ordinal) ? Digest.Parse(of) : await TreeOfAsync(caller, of, ct);
        var keepers = await records.FindKeepersAsync(digest, Limit, ct);
        var own = keepers.Where(keeper => keeper.Workspace == caller.Workspace).ToList();
        return new Response(
            digest.ToString(),
            await blobs.SizeAsync(digest, ct),
            [.. own.Select(keeper => new Record(keeper.Node, keeper.Reason, keeper.Path))],
            keepers.Count - own.Count,
            keepers.Count == Limit);
    }

    private async Task<Digest> TreeOfAsync(Caller caller, string of, CancellationToken ct)
    {
        var at = of.LastIndexOf(':');
        if (at < 0)
            throw SlipwayException.Invalid($"'{of}' names no content: write sha256:… or NAME:VERSION of a data asset.");
        var (name, version) = (AssetName.Parse(of[..at]), of[(at + 1)..]);
        var found = await versions.FindAsync(caller.Workspace, name, version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");
        return found.Tree;
    }

    /// <param name="SizeBytes">Null: the store has no such content.</param>
    /// <param name="OtherWorkspaces">How many records of other workspaces keep it, too.</param>
    /// <param name="Truncated">There are more records than are told of.</param>
    public sealed record Response(
        string Digest, long? SizeBytes, IReadOnlyList<Record> KeptBy, int OtherWorkspaces, bool Truncated);

    /// <param name="Path">Where it lies in the tree that the record refers to.</param>
    public sealed record Record(string Node, string Reason, string? Path);
}
