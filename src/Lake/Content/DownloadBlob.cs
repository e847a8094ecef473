using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>GET /api/v1/content/blobs/{digest}: a content by its digest, with ranges; no tree is looked into for it.</summary>
internal sealed class DownloadBlob(SentContent sent, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/content/blobs/{digest}", HandleAsync).WithName("DownloadBlob").WithTags("content");

    private static async Task<Results<PhysicalFileHttpResult, FileContentHttpResult, FileStreamHttpResult>> HandleAsync(
        string digest, HttpRequest request, Caller caller, DownloadBlob operation, CancellationToken ct) =>
        await operation.RunAsync(digest, request, caller, ct);

    private async Task<Results<PhysicalFileHttpResult, FileContentHttpResult, FileStreamHttpResult>> RunAsync(
        string digest, HttpRequest request, Caller caller, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "content", ct);
        return await sent.OfAsync(Digest.Parse(digest), null, request, ct);
    }
}
