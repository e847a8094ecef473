using System.Security.Cryptography;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

/// <summary>Folders become trees and trees folders, and no link leads out of either.</summary>
public sealed class TreeFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ContentStore _store;

    public TreeFolderTests() => _store = new ContentStore(new LocalBlobStore(_folder.File("store/x")), new BlobCache(_folder.File("cache/x"), 1L << 40, TimeProvider.System));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_is_stored_and_written_out_again()
    {
        var large = RandomNumberGenerator.GetBytes(2_000_000);
        Write("code/train.py", "train");
        Write("code/lib/util.py", "util");
        Write("code/.git/config", "secret");
        await File.WriteAllBytesAsync(_folder.File("code/data.bin"), large, Ct);

        var tree = await _store.PutFolderAsync(In("code"), path => !path.StartsWith(".git/", StringComparison.Ordinal), Ct);
        await _store.MaterializeAsync(tree.Digest, In("out"), Ct);

        Assert.Equal(["data.bin", "lib/util.py", "train.py"], tree.Entries.Select(entry => entry.Path));
        Assert.Equal(large, await File.ReadAllBytesAsync(In("out/data.bin"), Ct));
        Assert.Equal("util", await File.ReadAllTextAsync(In("out/lib/util.py"), Ct));
        Assert.Equal(3, Directory.GetFiles(In("out"), "*", SearchOption.AllDirectories).Length);
        Assert.Equal(tree.Digest, (await _store.PutFolderAsync(In("out"), null, Ct)).Digest);
    }

    [Fact]
    public async Task Written_files_are_read_only_and_replaced_the_next_time()
    {
        Write("code/a", "new");
        Write("out/a", "old");
        Write("out/b", "other");
        var tree = await _store.PutFolderAsync(In("code"), null, Ct);

        await _store.MaterializeAsync(tree.Digest, In("out"), Ct);
        await _store.MaterializeAsync(tree.Digest, In("out"), Ct);

        Assert.Equal("new", await File.ReadAllTextAsync(In("out/a"), Ct));
        Assert.Equal("other", await File.ReadAllTextAsync(In("out/b"), Ct));
        Assert.Equal(2, Directory.GetFiles(In("out")).Length);
        Assert.True(File.GetAttributes(In("out/a")).HasFlag(FileAttributes.ReadOnly));
    }

    [Fact]
    public async Task Changing_a_written_file_does_not_change_the_store()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can write to a read-only file in place.");
        Write("code/a", "right");
        var tree = await _store.PutFolderAsync(In("code"), null, Ct);
        await _store.MaterializeAsync(tree.Digest, In("out"), Ct);

        await File.WriteAllTextAsync(In("out/a"), "wrong", Ct);

        await _store.VerifyAsync(tree.Entries[0].Digest, Ct);
    }

    [Fact]
    public async Task A_link_out_of_the_folder_is_refused()
    {
        Write("secret", "secret");
        Write("code/a", "a");
        File.CreateSymbolicLink(_folder.File("code/link"), In("secret"));

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => _store.PutFolderAsync(In("code"), null, Ct));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains("'link' is a link", refusal.Message);
    }

    [Fact]
    public async Task A_link_that_leads_out_by_another_link_is_refused()
    {
        Write("elsewhere/secret", "secret");
        Write("code/sub/a", "a");
        Directory.CreateSymbolicLink(_folder.File("code/way"), In("elsewhere"));
        File.CreateSymbolicLink(_folder.File("code/sub/link"), "../way/secret");

        var refusal = await CodeAsync(() => _store.PutFolderAsync(In("code/sub"), null, Ct));

        Assert.Equal(ErrorCode.InvalidParameter, refusal);
    }

    [Fact]
    public async Task A_link_within_the_folder_is_what_it_leads_to()
    {
        Write("code/lib/a", "a");
        File.CreateSymbolicLink(_folder.File("code/b"), "lib/a");
        Directory.CreateSymbolicLink(_folder.File("code/lib64"), "lib");

        var tree = await _store.PutFolderAsync(In("code"), null, Ct);

        Assert.Equal(["b", "lib/a", "lib64/a"], tree.Entries.Select(entry => entry.Path));
        Assert.Single(tree.Entries.Select(entry => entry.Digest).Distinct());
    }

    [Theory]
    [InlineData("..")]
    [InlineData("absent")]
    [InlineData("loop")]
    public async Task A_link_that_leads_nowhere_or_round_in_circles_is_refused(string target)
    {
        Write("code/sub/a", "a");
        File.CreateSymbolicLink(_folder.File("code/sub/loop"), target);

        Assert.Equal(ErrorCode.InvalidParameter, await CodeAsync(() => _store.PutFolderAsync(In("code"), null, Ct)));
    }

    [Fact]
    public async Task A_link_in_the_target_folder_does_not_lead_a_file_out()
    {
        Write("code/sub/a", "a");
        var tree = await _store.PutFolderAsync(In("code"), null, Ct);
        Directory.CreateDirectory(In("elsewhere"));
        Directory.CreateDirectory(In("out"));
        Directory.CreateSymbolicLink(In("out/sub"), In("elsewhere"));

        Assert.Equal(ErrorCode.InvalidParameter, await CodeAsync(() => _store.MaterializeAsync(tree.Digest, In("out"), Ct)));
        Assert.Empty(Directory.GetFiles(In("elsewhere")));
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_not_found() =>
        Assert.Equal(ErrorCode.NotFound, await CodeAsync(() => _store.PutFolderAsync(In("absent"), null, Ct)));

    [Fact]
    public async Task A_store_without_local_files_is_read_through_a_cache()
    {
        var remote = new RemoteBlobs(new LocalBlobStore(_folder.File("remote/x")));
        var store = new ContentStore(remote, new BlobCache(In("copies"), 1L << 40, TimeProvider.System));
        Write("code/a", "a");
        var tree = await store.PutFolderAsync(In("code"), null, Ct);

        await store.MaterializeAsync(tree.Digest, In("out"), Ct);
        var path = await store.LocalFileAsync(tree.Entries[0].Digest, Ct);

        Assert.Equal("a", await File.ReadAllTextAsync(In("out/a"), Ct));
        Assert.StartsWith(In("copies"), path);
        Assert.Equal("a", await File.ReadAllTextAsync(path, Ct));
    }

    public void Dispose() => _folder.Dispose();

    private string In(string relative) => Path.Combine(_folder.Path, relative);

    private void Write(string relative, string text) => File.WriteAllText(_folder.File(relative), text);

    private static async Task<ErrorCode> CodeAsync(Func<Task> act) => (await Assert.ThrowsAsync<SlipwayException>(act)).Code;

    private sealed class RemoteBlobs(IBlobStore inner) : IBlobStore
    {
        public string Name => "remote";

        public Task<Blob> PutAsync(Stream content, Digest? expected, CancellationToken ct) => inner.PutAsync(content, expected, ct);

        public Task<Stream> OpenReadAsync(Digest digest, long offset, long? length, CancellationToken ct) =>
            inner.OpenReadAsync(digest, offset, length, ct);

        public Task<bool> ExistsAsync(Digest digest, CancellationToken ct) => inner.ExistsAsync(digest, ct);

        public Task<long?> SizeAsync(Digest digest, CancellationToken ct) => inner.SizeAsync(digest, ct);

        public Task<bool> DeleteAsync(Digest digest, CancellationToken ct) => inner.DeleteAsync(digest, ct);

        public Task<Page<Blob>> ListAsync(int limit, string? token, CancellationToken ct) => inner.ListAsync(limit, token, ct);

        public string? LocalPath(Digest digest) => null;
    }
}
