using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>POST /api/v1/content/missing: which of these blobs a client has still to upload.</summary>
internal sealed class FindMissing(ContentStore content, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/content/missing", HandleAsync).WithName("FindMissingBlobs").WithTags("content");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, Request request, FindMissing operation, CancellationToken ct) =>
        TypedResults.Ok(new Response(await operation.RunAsync(caller, request.Digests, ct)));

    private async Task<IReadOnlyList<string>> RunAsync(Caller caller, IReadOnlyList<string> digests, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "content", ct);
        var asked = digests.Select(Digest.Parse).Distinct().ToList();
        var there = await content.SizesAsync(asked, ct);
        return [.. asked.Where(digest => !there.ContainsKey(digest)).Select(digest => digest.ToString())];
    }

    public sealed record Request(IReadOnlyList<string> Digests);

    public sealed record Response(IReadOnlyList<string> Digests);
}
