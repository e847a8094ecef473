using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public sealed partial class ChangingFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_is_written_while_it_is_read_is_read_again()
    {
        var path = Given(2_000_000);
        var store = Store(new Meddler(path, times: 1, new LocalBlobStore(_folder.File("store/x"))));

        var blob = await store.PutFileAsync(path, Ct);

        Assert.Equal(Digest.Of(await File.ReadAllBytesAsync(path, Ct)), blob.Digest);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(2_000_000)]
    public async Task A_file_that_is_written_each_time_that_it_is_read_is_refused(int size)
    {
        var path = Given(size);
        var store = Store(new Meddler(path, times: 100, new LocalBlobStore(_folder.File("store/x"))));

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => store.PutFileAsync(path, Ct));

        Assert.Equal(ErrorCode.Conflict, refusal.Code);
        Assert.Contains("changes while it is read", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_or_pipe_is_refused_and_not_read_for_ever()
    {
        var store = Store(new LocalBlobStore(_folder.File("store/x")));
        Assert.Equal(0, MakePipe(_folder.File("pipe"), Convert.ToUInt32("600", 8)));

        foreach (var path in new[] { "/dev/zero", _folder.File("pipe") })
        {
            var refusal = await Assert.ThrowsAsync<SlipwayException>(() => store.PutFileAsync(path, Ct));
            Assert.Equal($"'{path}' is no file but a device, pipe or socket: leave it out.", refusal.Message);
        }

        await Assert.ThrowsAsync<SlipwayException>(() => store.PutFolderAsync(_folder.Path, path => path == "pipe", Ct));
    }

    [Fact]
    public async Task A_link_to_a_folder_that_it_lies_in_is_refused_and_not_followed_for_ever()
    {
        var store = Store(new LocalBlobStore(_folder.File("store/x")));
        Directory.CreateDirectory(_folder.File("data/a/deep"));
        File.CreateSymbolicLink(_folder.File("data/a/deep/up"), _folder.File("data/a"));

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => store.PutFolderAsync(_folder.File("data"), null, Ct));

        Assert.Equal("'a/deep/up' is a link to a folder that it lies in: leave it out.", refusal.Message);
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = System.Runtime.InteropServices.StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);

    public void Dispose() => _folder.Dispose();

    private string Given(int size)
    {
        File.WriteAllBytes(_folder.File("data.bin"), new byte[size]);
        return _folder.File("data.bin");
    }

    private ContentStore Store(IBlobStore blobs) => new(blobs, new BlobCache(_folder.File("cache/x"), 1 << 30, TimeProvider.System));

    /// <summary>Appends to the file as its bytes are stored.</summary>
    private sealed class Meddler(string path, int times, LocalBlobStore inner) : IBlobStore
    {
        public string Name => "meddler";

        public async Task<Blob> PutAsync(Stream content, Digest? expected, CancellationToken ct)
        {
            var blob = await inner.PutAsync(content, expected, ct);
            if (times-- > 0)
            {
                await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
                await file.WriteAsync(new byte[] { 1 }, ct);
            }

            return blob;
        }

        public Task<Stream> OpenReadAsync(Digest digest, long offset, long? length, CancellationToken ct) =>
            inner.OpenReadAsync(digest, offset, length, ct);

        public Task<bool> ExistsAsync(Digest digest, CancellationToken ct) => inner.ExistsAsync(digest, ct);

        public Task<long?> SizeAsync(Digest digest, CancellationToken ct) => inner.SizeAsync(digest, ct);

        public Task<bool> DeleteAsync(Digest digest, CancellationToken ct) => inner.DeleteAsync(digest, ct);

        public Task<Page<Blob>> ListAsync(int limit, string? token, CancellationToken ct) => inner.ListAsync(limit, token, ct);

        public string? LocalPath(Digest digest) => inner.LocalPath(digest);
    }
}
