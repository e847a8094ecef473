using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>
/// GET /api/v1/content/trees/{digest} lists a tree; GET …/trees/{digest}/files/{path} sends one of its files, with
/// ranges.
/// </summary>
internal sealed class DownloadFile(ContentStore content, SentContent sent, IAccess access)
{
    private readonly SentContent _sent = sent;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/content/trees/{digest}", ListAsync).WithName("ShowTree").WithTags("content");
        routes.MapGet("/content/trees/{digest}/files/{**path}", HandleAsync).WithName("DownloadFile").WithTags("content");
    }

    private static async Task<Ok<Listing>> ListAsync(string digest, Caller caller, DownloadFile operation, CancellationToken ct)
    {
        var tree = await operation.TreeAsync(caller, digest, ct);
        return TypedResults.Ok(new Listing(
            tree.Digest.ToString(),
            tree.TotalSize,
            [.. tree.Entries.Select(entry => new File(entry.Path, entry.Digest.ToString(), entry.Size))]));
    }

    private static async Task<Results<PhysicalFileHttpResult, FileContentHttpResult, FileStreamHttpResult>> HandleAsync(
        string digest, string path, HttpRequest request, Caller caller, DownloadFile operation, CancellationToken ct)
    {
        var entry = await operation.FindAsync(caller, digest, path, ct);
        return await operation._sent.OfAsync(entry.Digest, Path.GetFileName(path), request, ct);
    }

    private async Task<Tree> TreeAsync(Caller caller, string digest, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "content", ct);
        return await content.GetTreeAsync(Digest.Parse(digest), ct);
    }

    private async Task<TreeEntry> FindAsync(Caller caller, string digest, string path, CancellationToken ct)
    {
        var tree = await TreeAsync(caller, digest, ct);
        return tree.Find(path) ?? throw SlipwayException.NotFound("File", $"{digest}/{path}");
    }

    public sealed record Listing(string Digest, long Size, IReadOnlyList<File> Files);

    public sealed record File(string Path, string Digest, long Size);
}
