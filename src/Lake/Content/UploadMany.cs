using System.Formats.Tar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>
/// POST /api/v1/content/batches: the body is a tar archive; each file in it becomes a blob, whatever its name. The answer has
/// their digests in the same order.
/// </summary>
internal sealed class UploadMany(ContentStore content, IAccess access)
{
    // Together they are held in memory.
    private const int MostBytes = 24 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/content/batches", HandleAsync).WithName("UploadBlobs").WithTags("content");

    private static async Task<Ok<Response>> HandleAsync(
        HttpContext context, Caller caller, UploadMany operation, CancellationToken ct)
    {
        var blobs = await operation.RunAsync(caller, context.Request.Body, ct);
        return TypedResults.Ok(new Response([.. blobs.Select(blob => new UploadBlob.Response(blob.Digest.ToString(), blob.Size))]));
    }

    private async Task<IReadOnlyList<Blob>> RunAsync(Caller caller, Stream body, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "content", ct);
        return await content.PutManyAsync(await ReadAsync(body, ct), ct);
    }

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(Stream body, CancellationToken ct)
    {
        var contents = new List<ReadOnlyMemory<byte>>();
        var left = MostBytes;
        try
        {
            await using var tar = new TarReader(body);
            while (await tar.GetNextEntryAsync(copyData: false, ct) is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    throw SlipwayException.Invalid($"'{entry.Name}' in the archive is no file: send files only.");
                if (entry.Length > left)
                    throw SlipwayException.Invalid($"The files of the archive have more than {MostBytes} bytes: send fewer, and large ones to /content/blobs.");
                var bytes = new byte[entry.Length];
                if (entry.DataStream is { } data)
                    await data.ReadExactlyAsync(bytes, ct);
                contents.Add(bytes);
                left -= bytes.Length;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw SlipwayException.Invalid($"The body is not a whole tar archive: {exception.Message}");
        }

        return contents;
    }

    public sealed record Response(IReadOnlyList<UploadBlob.Response> Blobs);
}
