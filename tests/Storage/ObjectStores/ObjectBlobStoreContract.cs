using System.Security.Cryptography;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.ObjectStores;

public abstract class ObjectBlobStoreContract : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();
    private IObjectStore _objects = null!;
    private ContentStore _store = null!;
    private ObjectBlobStore _blobs = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected abstract Task<IObjectStore> OpenAsync(TempFolder folder);

    public async ValueTask InitializeAsync()
    {
        _objects = await OpenAsync(_folder);
        var cache = new BlobCache(_folder.File("cache/x"), limitBytes: 100_000, _time);
        _blobs = new ObjectBlobStore(_objects, "team", cache);
        _store = new ContentStore(_blobs, cache);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_folder_is_stored_and_written_elsewhere_by_another_server()
    {
        File.WriteAllText(_folder.File("in/a/b.txt"), "b");
        File.WriteAllText(_folder.File("in/c.txt"), "c");
        var tree = await _store.PutFolderAsync(Path.Combine(_folder.Path, "in"), null, Ct);
        var cache = new BlobCache(_folder.File("other/x"), 100_000, _time);
        var other = new ContentStore(new ObjectBlobStore(_objects, "team", cache), cache);

        await other.MaterializeAsync(tree.Digest, _folder.File("out"), Ct);

        Assert.Equal(Digest.Of("c"u8), (await other.FindFileAsync(tree.Digest, "c.txt", Ct))?.Digest);

        Assert.Equal("b", File.ReadAllText(_folder.File("out/a/b.txt")));
        Assert.Equal("c", File.ReadAllText(_folder.File("out/c.txt")));
    }

    [Fact]
    public async Task A_part_of_a_content_is_read_where_it_lies_and_leaves_no_copy()
    {
        var bytes = RandomNumberGenerator.GetBytes(10_000);
        var blob = await _store.PutBytesAsync(bytes, Ct);
        var copies = new BlobCache(_folder.File("other/x"), 100_000, _time);
        var other = new ContentStore(new ObjectBlobStore(_objects, "team", copies), copies);

        var part = new byte[100];
        await using (var stream = other.OpenAnywhere(blob.Digest, blob.Size))
        {
            stream.Position = 9_000;
            await stream.ReadExactlyAsync(part, Ct);
        }

        Assert.Equal(bytes[9_000..9_100], part);
        Assert.Null(other.FindLocalFile(blob.Digest));
        Assert.Equal(copies.LocalPath(blob.Digest), await other.LocalFileAsync(blob.Digest, Ct));
        Assert.NotNull(other.FindLocalFile(blob.Digest));
    }

    [Fact]
    public async Task A_content_that_is_not_what_was_expected_leaves_nothing()
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(
            () => _blobs.PutAsync(new MemoryStream([1]), Digest.Of([2]), Ct));

        Assert.Equal(ErrorCode.Corrupt, refusal.Code);
        Assert.Empty((await _blobs.ListAsync(10, null, Ct)).Items);
    }

    [Fact]
    public async Task An_object_that_was_altered_in_the_store_is_never_taken_for_the_blob()
    {
        var blob = await _store.PutBytesAsync("true"u8.ToArray(), Ct);
        await _objects.WriteAsync($"team/blobs/sha256/{blob.Digest.Hex[..2]}/{blob.Digest.Hex}", new MemoryStream("lies"u8.ToArray()), WriteCondition.None, Ct);
        var other = new BlobCache(_folder.File("other/x"), 100_000, _time);
        var store = new ContentStore(new ObjectBlobStore(_objects, "team", other), other);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => store.LocalFileAsync(blob.Digest, Ct));

        Assert.Equal(ErrorCode.Corrupt, refusal.Code);
        await Assert.ThrowsAsync<SlipwayException>(() => store.VerifyAsync(blob.Digest, Ct));
    }

    [Fact]
    public async Task The_copies_stay_within_their_limit_but_not_those_in_use()
    {
        var first = await _store.PutBytesAsync(RandomNumberGenerator.GetBytes(60_000), Ct);
        var second = await _store.PutBytesAsync(RandomNumberGenerator.GetBytes(60_000), Ct);
        Assert.Equal(120_000, Copies());
        _time.Advance(TimeSpan.FromHours(2));
        await _store.LocalFileAsync(second.Digest, Ct);

        await _store.PutBytesAsync(RandomNumberGenerator.GetBytes(30_000), Ct);

        Assert.Equal(90_000, Copies());
        Assert.True(File.Exists(await _store.LocalFileAsync(first.Digest, Ct)));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_from_the_store_and_from_the_copies()
    {
        var blob = await _store.PutBytesAsync("x"u8.ToArray(), Ct);

        Assert.True(await _blobs.DeleteAsync(blob.Digest, Ct));

        Assert.False(await _store.ExistsAsync(blob.Digest, Ct));
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => _store.LocalFileAsync(blob.Digest, Ct));
        Assert.Equal(ErrorCode.NotFound, refusal.Code);
    }

    private long Copies() => new DirectoryInfo(_folder.File("cache/x")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}

public sealed class BlobsInAFolder : ObjectBlobStoreContract
{
    private protected override Task<IObjectStore> OpenAsync(TempFolder folder)
    {
        Directory.CreateDirectory(folder.File("objects"));
        return Task.FromResult(Stores.Opener().Open(new ObjectStoreAddress.Folder(folder.File("objects")), new ObjectStoreCredentials()));
    }
}

public sealed class BlobsOnAzure : ObjectBlobStoreContract
{
    private protected override async Task<IObjectStore> OpenAsync(TempFolder folder) =>
        Stores.Opener().Open(await Stores.NewContainerAsync(Ct), Stores.AzureKey);
}

public sealed class BlobsOnS3 : ObjectBlobStoreContract
{
    private protected override async Task<IObjectStore> OpenAsync(TempFolder folder) =>
        Stores.Opener().Open(await Stores.NewBucketAsync(Ct), Stores.S3Key);
}
