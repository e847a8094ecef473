using System.Collections.Concurrent;
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
    private const int Parallelism = 8;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/content/missing", HandleAsync).WithName("FindMissingBlobs").WithTags("content");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, Request request, FindMissing operation, CancellationToken ct) =>
        TypedResults.Ok(new Response(await operation.RunAsync(caller, request.Digests, ct)));

    private async Task<IReadOnlyList<string>> RunAsync(Caller caller, IReadOnlyList<string> digests, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "content", ct);
        var missing = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            digests.Distinct(StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct },
            async (digest, token) =>
            {
                if (!await content.ExistsAsync(Digest.Parse(digest), token))
                    missing.Add(digest);
            });
        return [.. missing];
    }

    public sealed record Request(IReadOnlyList<string> Digests);

    public sealed record Response(IReadOnlyList<string> Digests);
}
