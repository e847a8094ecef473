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
    private readonly ContentStore _content = content;
    private readonly SentContent _sent = sent;
    private readonly IAccess _access = access;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/content/trees/{digest}", ListAsync).WithName("ShowTree").WithTags("content");
        routes.MapGet("/content/trees/{digest}/files/{**path}", HandleAsync).WithName("DownloadFile").WithTags("content");
    }

    private static async Task<Ok<Listing>> ListAsync(string digest, Caller caller, DownloadFile operation, CancellationToken ct)
    {
        await operation._access.DemandAsync(caller, Permission.Read, "content", ct);
        var tree = await operation._content.GetTreeAsync(Digest.Parse(digest), ct);
        return TypedResults.Ok(new Listing(
            tree.Digest.ToString(),
            tree.TotalSize,
            [.. tree.Entries.Select(entry => new File(entry.Path, entry.Digest.ToString(), entry.Size))]));
    }

    private static async Task<Results<PhysicalFileHttpResult, FileContentHttpResult, FileStreamHttpResult>> HandleAsync(
        string digest, string path, HttpRequest request, Caller caller, DownloadFile operation, CancellationToken ct)
    {
        await operation._access.DemandAsync(caller, Permission.Read, "content", ct);
        var entry = await operation._content.FindFileAsync(Digest.Parse(digest), path, ct)
            ?? throw SlipwayException.NotFound("File", $"{digest}/{path}");
        return await operation._sent.OfAsync(entry.Digest, Path.GetFileName(path), request, ct);
    }

    public sealed record Listing(string Digest, long Size, IReadOnlyList<File> Files);

    public sealed record File(string Path, string Digest, long Size);
}
