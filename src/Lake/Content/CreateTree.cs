using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>POST /api/v1/content/trees: names blobs that are there already as the files of a folder.</summary>
internal sealed class CreateTree(ContentStore content, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/content/trees", HandleAsync).WithName("CreateTree").WithTags("content");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, Request request, CreateTree operation, CancellationToken ct)
    {
        var tree = await operation.RunAsync(caller, request, ct);
        return TypedResults.Ok(new Response(tree.Digest.ToString(), tree.TotalSize, tree.Entries.Count));
    }

    private async Task<Tree> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "content", ct);
        return await content.PutTreeAsync(
            request.Entries.Select(entry => new TreeEntry(entry.Path, Digest.Parse(entry.Digest), entry.Size)), ct);
    }

    public sealed record Request(IReadOnlyList<Entry> Entries);

    public sealed record Entry(string Path, string Digest, long Size);

    public sealed record Response(string Digest, long Size, int Files);
}
