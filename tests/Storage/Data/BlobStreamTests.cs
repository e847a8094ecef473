using Slipway.Data;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public sealed class BlobStreamTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_content_is_read_from_wherever_the_stream_stands()
    {
        var blobs = new LocalBlobStore(_folder.Path);
        var blob = await blobs.PutAsync(new MemoryStream([.. Enumerable.Range(0, 100).Select(i => (byte)i)]), null, Ct);
        await using var stream = new BlobStream(blobs, blob.Digest, blob.Size);
        var bytes = new byte[3];

        var read = new List<byte[]>();
        foreach (var (offset, origin) in new[] { (40L, SeekOrigin.Begin), (0, SeekOrigin.Current), (-10, SeekOrigin.Current), (-3, SeekOrigin.End) })
        {
            stream.Seek(offset, origin);
            await stream.ReadExactlyAsync(bytes, Ct);
            read.Add([.. bytes]);
        }

        Assert.Equal([[40, 41, 42], [43, 44, 45], [36, 37, 38], [97, 98, 99]], read);
        Assert.Equal((100, 100, 0), (stream.Position, stream.Length, await stream.ReadAsync(bytes, Ct)));
    }
}
