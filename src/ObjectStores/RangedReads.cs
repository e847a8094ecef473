using System.Net;
using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>Reads a range over HTTP so that a broken connection is taken up again.</summary>
internal static class RangedReads
{
    public delegate Task<HttpResponseMessage> Get(long from, long? count, string? etag, CancellationToken ct);

    public delegate Task Check(HttpResponseMessage answer, CancellationToken ct);

    public static async Task<Stream> OpenAsync(
        Retrying retrying, long offset, long? length, string? etag, Get get, Check check, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (length == 0)
            return Stream.Null;

        async Task<(HttpResponseMessage Answer, Stream Body)> AskAsync(long from, long? count, string? match, CancellationToken attempt)
        {
            var answer = await get(from, count, match, attempt);
            try
            {
                await check(answer, attempt);
                return (answer, await SkipAsync(answer, from, attempt));
            }
            catch
            {
                answer.Dispose();
                throw;
            }
        }

        (HttpResponseMessage Answer, Stream Body) first;
        try
        {
            first = await retrying.RunAsync(attempt => AskAsync(offset, length, etag, attempt), ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.InvalidParameter && offset == 0)
        {
            // 416 for the first byte: the object is empty.
            return Stream.Null;
        }

        var total = first.Answer.Content.Headers.ContentRange?.Length ?? first.Answer.Content.Headers.ContentLength;
        if (total is not { } end)
            return first.Body;
        var pinned = etag ?? first.Answer.Headers.ETag?.ToString();
        var left = Math.Min(length ?? long.MaxValue, end - offset);
        return new ResumingStream(
            first.Body, offset, left, async (from, count, token) => (await retrying.InTimeAsync(attempt => AskAsync(from, count, pinned, attempt), token)).Body, retrying);
    }

    // A server that knows no ranges answers 200 with the whole.
    private static async Task<Stream> SkipAsync(HttpResponseMessage answer, long from, CancellationToken ct)
    {
        var body = await answer.Content.ReadAsStreamAsync(ct);
        if (answer.StatusCode == HttpStatusCode.PartialContent || from == 0)
            return body;

        var buffer = new byte[64 * 1024];
        for (var left = from; left > 0;)
        {
            var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), ct);
            if (read == 0)
                throw SlipwayException.Invalid($"The object ends before byte {from}.");
            left -= read;
        }

        return body;
    }
}
