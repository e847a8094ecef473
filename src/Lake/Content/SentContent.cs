using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lake.Content;

/// <summary>Sends a content, or a range of it, from wherever it lies.</summary>
internal sealed class SentContent(ContentStore content)
{
    private const string Bytes = "application/octet-stream";

    // It may lie in a pack, and a file for it alone would cost more than sending it.
    private const int SmallFile = 64 * 1024;

    /// <param name="name">What a browser calls it; null: it is shown, not kept.</param>
    public async Task<Results<PhysicalFileHttpResult, FileContentHttpResult, FileStreamHttpResult>> OfAsync(
        Digest blob, string? name, HttpRequest request, CancellationToken ct)
    {
        if (content.FindLocalFile(blob) is { } file)
            return TypedResults.PhysicalFile(file, Bytes, name, enableRangeProcessing: true);
        if (!(await content.SizesAsync([blob], ct)).TryGetValue(blob, out var size))
            throw SlipwayException.NotFound("Blob", blob.ToString());
        if (size <= SmallFile)
            return TypedResults.Bytes(await content.ReadAllAsync(blob, ct), Bytes, name, enableRangeProcessing: true);
        if (request.Headers.Range.Count == 0)
            return TypedResults.PhysicalFile(await content.LocalFileAsync(blob, ct), Bytes, name, enableRangeProcessing: true);

        // Who wants a part of a large content in an object store does not wait until the whole is here.
        return TypedResults.Stream(content.OpenAnywhere(blob, size), Bytes, name, enableRangeProcessing: true);
    }
}
