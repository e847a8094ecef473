using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Kernel.Http;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>
/// POST /api/v1/content/blobs: the body becomes a blob; the answer is its digest. HEAD …/blobs/{digest} says whether a
/// client can spare the upload.
/// </summary>
internal sealed class UploadBlob(ContentStore content, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/content/blobs", HandleAsync)
            .WithMetadata(new DisableRequestSizeLimitAttribute(), new RawBody("application/octet-stream")).WithName("UploadBlob").WithTags("content");
        routes.MapMethods("/content/blobs/{digest}", ["HEAD"], HandleExistsAsync).WithName("CheckBlob").WithTags("content");
    }

    private static async Task<Ok<Response>> HandleAsync(
        HttpContext context, Caller caller, UploadBlob operation, CancellationToken ct)
    {
        // A file may be larger than any JSON body; the disk is the limit.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        var blob = await operation.RunAsync(caller, context.Request.Body, ct);
        return TypedResults.Ok(new Response(blob.Digest.ToString(), blob.Size));
    }

    private static async Task<StatusCodeHttpResult> HandleExistsAsync(
        string digest, Caller caller, UploadBlob operation, CancellationToken ct)
    {
        var exists = await operation.ExistsAsync(caller, Digest.Parse(digest), ct);
        return TypedResults.StatusCode(exists ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
    }

    private async Task<bool> ExistsAsync(Caller caller, Digest digest, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "content", ct);
        return await content.ExistsAsync(digest, ct);
    }

    private async Task<Blob> RunAsync(Caller caller, Stream body, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "content", ct);
        return await content.PutAsync(body, ct);
    }

    public sealed record Response(string Digest, long Size);
}
