using System.Buffers;
using System.Formats.Tar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Kernel.Http;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Content;

/// <summary>
/// POST /api/v1/content/batches: the body is a tar archive; each file in it becomes a blob, whatever its name. The answer has
/// their digests in the same order.
/// </summary>
internal sealed class UploadMany(ContentStore content, IAccess access)
{
    // It is held in memory. A server takes no body of more than 30,000,000 bytes.
    private const int MostBytes = 28_000_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/content/batches", HandleAsync).WithName("UploadBlobs").WithTags("content").WithMetadata(new RawBody("application/x-tar"));

    private static async Task<Ok<Response>> HandleAsync(
        HttpRequest request, Caller caller, UploadMany operation, CancellationToken ct)
    {
        var blobs = await operation.RunAsync(caller, request, ct);
        return TypedResults.Ok(new Response([.. blobs.Select(blob => new UploadBlob.Response(blob.Digest.ToString(), blob.Size))]));
    }

    private async Task<IReadOnlyList<Blob>> RunAsync(Caller caller, HttpRequest request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "content", ct);
        var archive = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength ?? MostBytes, MostBytes) + 1);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(archive, archive.Length, throwOnEndOfStream: false, ct);
            return length <= MostBytes
                ? await content.PutManyAsync(Files(archive, length), ct)
                : throw SlipwayException.Invalid($"The archive has more than {MostBytes} bytes: send fewer files, and large ones to /content/blobs.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(archive);
        }
    }

    private static List<ReadOnlyMemory<byte>> Files(byte[] archive, int length)
    {
        var files = new List<ReadOnlyMemory<byte>>();
        try
        {
            using var tar = new TarReader(new MemoryStream(archive, 0, length, writable: false));
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    throw SlipwayException.Invalid($"'{entry.Name}' in the archive is no file: send files only.");
                if (entry.Length > length - entry.DataOffset)
                    throw new EndOfStreamException($"'{entry.Name}' is cut off.");
                files.Add(archive.AsMemory((int)entry.DataOffset, (int)entry.Length));
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw SlipwayException.Invalid($"The body is not a whole tar archive: {exception.Message}");
        }

        return files;
    }

    public sealed record Response(IReadOnlyList<UploadBlob.Response> Blobs);
}
