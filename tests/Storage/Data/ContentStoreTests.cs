using System.Security.Cryptography;
using System.Text;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LocalBlobStore _blobs;
    private readonly ContentStore _store;

    public ContentStoreTests()
    {
        _blobs = new LocalBlobStore(Path.Combine(_folder.Path, "store"));
        _store = new ContentStore(_blobs, new BlobCache(Path.Combine(_folder.Path, "cache"), 1L << 40, TimeProvider.System));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_content_is_named_by_its_sha256_and_read_back()
    {
        var blob = await _store.PutAsync(new MemoryStream("abc"u8.ToArray()), Ct);

        // The example of FIPS 180-2
        Assert.Equal("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", blob.Digest.ToString());
        Assert.Equal(3, blob.Size);
        Assert.Equal("abc"u8.ToArray(), await _store.ReadAllAsync(blob.Digest, Ct));
        Assert.Equal(Digest.Of("abc"u8), blob.Digest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(3_000_000)]
    public async Task Streams_files_and_bytes_of_every_size_give_the_same_blob(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        var file = _folder.File("file");
        await File.WriteAllBytesAsync(file, bytes, Ct);

        var fromFile = await _store.PutFileAsync(file, Ct);

        Assert.Equal(new Blob(Digest.Of(bytes), size), fromFile);
        Assert.Equal(fromFile, await _store.PutAsync(new MemoryStream(bytes), Ct));
        Assert.Equal(fromFile, await _store.PutBytesAsync(bytes, Ct));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await _store.LocalFileAsync(fromFile.Digest, Ct), Ct));
        Assert.Single(await StoredAsync());
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task A_part_of_a_blob_is_read()
    {
        var blob = await _store.PutBytesAsync("0123456789"u8.ToArray(), Ct);

        Assert.Equal("345", await ReadAsync(blob.Digest, 3, 3));
        Assert.Equal("789", await ReadAsync(blob.Digest, 7, null));
        Assert.Equal("89", await ReadAsync(blob.Digest, 8, 100));
        Assert.Equal("", await ReadAsync(blob.Digest, 100, 1));
    }

    [Fact]
    public async Task Many_writers_of_the_same_content_store_it_once()
    {
        var bytes = RandomNumberGenerator.GetBytes(500_000);

        var put = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
            () => i % 2 == 0 ? _store.PutAsync(new MemoryStream(bytes), Ct) : _store.PutBytesAsync(bytes, Ct), Ct)));

        var blob = Assert.Single(put.Distinct());
        Assert.Equal([blob.Digest], await StoredAsync());
        await _store.VerifyAsync(blob.Digest, Ct);
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task A_content_that_is_absent_is_not_found()
    {
        var absent = Digest.Of("absent"u8);

        Assert.Equal(ErrorCode.NotFound, await CodeAsync(() => _store.OpenAsync(absent, Ct)));
        Assert.Equal(ErrorCode.NotFound, await CodeAsync(() => _store.LocalFileAsync(absent, Ct)));
        Assert.Equal(ErrorCode.NotFound, await CodeAsync(() => _store.GetTreeAsync(absent, Ct)));
        Assert.Equal(ErrorCode.NotFound, await CodeAsync(() => _store.VerifyAsync(absent, Ct)));
        Assert.Equal(ErrorCode.NotFound, await CodeAsync(() => _store.PutFileAsync(Path.Combine(_folder.Path, "absent"), Ct)));
        Assert.Null(await _blobs.SizeAsync(absent, Ct));
        Assert.False(await _blobs.DeleteAsync(absent, Ct));
    }

    [Fact]
    public async Task A_changed_blob_is_found_out()
    {
        var blob = await _store.PutBytesAsync("right"u8.ToArray(), Ct);
        await _store.VerifyAsync(blob.Digest, Ct);
        var path = _blobs.LocalPath(blob.Digest);
        File.SetAttributes(path, FileAttributes.Normal);
        await File.WriteAllTextAsync(path, "wrong", Ct);

        Assert.Equal(ErrorCode.Corrupt, await CodeAsync(() => _store.VerifyAsync(blob.Digest, Ct)));
    }

    [Fact]
    public async Task A_content_that_is_not_what_was_expected_is_not_kept()
    {
        var refusal = await CodeAsync(() => _blobs.PutAsync(new MemoryStream([1]), Digest.Of([2]), Ct));

        Assert.Equal(ErrorCode.Corrupt, refusal);
        Assert.Empty(await StoredAsync());
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task A_full_disk_is_said_and_leaves_nothing_behind()
    {
        var full = new LocalBlobStore(Path.Combine(_folder.Path, "store"), path => new FullDisk(path, room: 400_000));

        var refusal = await CodeAsync(() => full.PutAsync(new MemoryStream(new byte[1_000_000]), null, Ct));

        Assert.Equal(ErrorCode.StorageFull, refusal);
        Assert.Empty(await StoredAsync());
        AssertNothingUnfinished();
        Assert.Equal(100, (await full.PutAsync(new MemoryStream(new byte[100]), null, Ct)).Size);
    }

    [Fact]
    public async Task A_real_full_device_is_said()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no /dev/full.");
        var full = new LocalBlobStore(
            Path.Combine(_folder.Path, "store"), _ => new FileStream("/dev/full", FileMode.Open, FileAccess.Write));

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => full.PutAsync(new MemoryStream(new byte[9000]), null, Ct));

        Assert.Equal(ErrorCode.StorageFull, refusal.Code);
        Assert.Contains("No space left", refusal.Message);
    }

    [Fact]
    public async Task A_source_that_breaks_off_is_the_callers_error_and_leaves_nothing_behind()
    {
        await Assert.ThrowsAsync<EndOfStreamException>(() => _store.PutAsync(new BrokenStream(), Ct));

        Assert.Empty(await StoredAsync());
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task Blobs_are_listed_in_pages_and_deleted()
    {
        var all = new List<Digest>();
        for (var i = 0; i < 25; i++)
            all.Add((await _store.PutBytesAsync(Encoding.UTF8.GetBytes($"{i}"), Ct)).Digest);
        Assert.True(await _blobs.DeleteAsync(all[3], Ct));

        var pages = new List<Page<Blob>> { await _blobs.ListAsync(10, null, Ct) };
        while (pages[^1].NextToken is { } token)
            pages.Add(await _blobs.ListAsync(10, token, Ct));

        Assert.Equal([10, 10, 4], pages.Select(page => page.Items.Count));
        Assert.Equal(
            all.Except([all[3]]).Select(digest => digest.Hex).Order(StringComparer.Ordinal),
            pages.SelectMany(page => page.Items).Select(blob => blob.Digest.Hex));
    }

    [Fact]
    public async Task What_a_dead_writer_left_is_removed_once_it_is_old()
    {
        var left = Path.Combine(_folder.Path, "store", "blobs", "unfinished", "left");
        await File.WriteAllTextAsync(left, "half", Ct);
        var written = new DateTimeOffset(File.GetLastWriteTimeUtc(left));

        Assert.Equal(0, _blobs.DeleteUnfinished(written));
        Assert.Equal(1, _blobs.DeleteUnfinished(written.AddSeconds(1)));
        AssertNothingUnfinished();
    }

    [Theory]
    [InlineData("sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("sha256:ba7816")]
    [InlineData("md5:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha256:../../etc/passwd")]
    [InlineData("")]
    public void What_is_no_digest_is_refused(string text)
    {
        Assert.False(Digest.TryParse(text, out _));
        Assert.Throws<SlipwayException>(() => Digest.Parse(text));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<IReadOnlyList<Digest>> StoredAsync() =>
        [.. (await _blobs.ListAsync(1000, null, Ct)).Items.Select(blob => blob.Digest)];

    private async Task<string> ReadAsync(Digest digest, long offset, long? length)
    {
        await using var stream = await _blobs.OpenReadAsync(digest, offset, length, Ct);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Ct);
    }

    private static async Task<ErrorCode> CodeAsync(Func<Task> act) => (await Assert.ThrowsAsync<SlipwayException>(act)).Code;

    private void AssertNothingUnfinished() =>
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "store", "blobs", "unfinished")));

    private sealed class FullDisk(string path, int room) : FileStream(path, FileMode.CreateNew, FileAccess.Write)
    {
        private int _room = room;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _room -= buffer.Length;
            return _room < 0 ? throw new IOException("No space left on device") : base.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class BrokenStream() : MemoryStream(new byte[500_000])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length ? throw new EndOfStreamException() : base.ReadAsync(buffer, cancellationToken);
    }
}
