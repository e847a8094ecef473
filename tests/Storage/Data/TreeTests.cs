using System.Security.Cryptography;
using System.Text;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public sealed class TreeTests : IDisposable
{
    private static readonly Blob s_abc = new(Digest.Of("abc"u8), 3);

    private readonly TempFolder _folder = new();
    private readonly ContentStore _store;

    public TreeTests() => _store = new ContentStore(new LocalBlobStore(_folder.File("store/x")), new BlobCache(_folder.File("cache/x"), 1L << 40, TimeProvider.System));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trees_digest_is_that_of_its_canonical_manifest()
    {
        await _store.PutBytesAsync("abc"u8.ToArray(), Ct);

        var tree = await _store.PutTreeAsync([Entry("src/ü.py"), Entry("a\"\n"), Entry("a/b"), Entry("a-b")], Ct);

        var manifest = await _store.ReadAllAsync(tree.Digest, Ct);
        var entry = $$"""{"digest":"{{s_abc.Digest}}","path":"{0}","size":3}""";
        var entries = new[] { "a\\\"\\n", "a-b", "a/b", "src/ü.py" }.Select(path => entry.Replace("{0}", path, StringComparison.Ordinal));
        Assert.Equal($$"""{"entries":[{{string.Join(',', entries)}}],"format":"slipway.tree/1"}""", Encoding.UTF8.GetString(manifest));
        Assert.Equal(Digest.Of(manifest), tree.Digest);
        Assert.Equal(12, tree.TotalSize);
    }

    [Fact]
    public async Task A_tree_is_read_back_and_the_order_of_its_entries_does_not_matter()
    {
        await _store.PutBytesAsync("abc"u8.ToArray(), Ct);
        TreeEntry[] entries = [Entry("z"), Entry("\U0001F600"), Entry("\uffee"), Entry("a")];

        var tree = await _store.PutTreeAsync(entries, Ct);
        var same = await _store.PutTreeAsync(entries.Reverse(), Ct);
        var read = await _store.GetTreeAsync(tree.Digest, Ct);

        Assert.Equal(tree.Digest, same.Digest);
        Assert.Equal(["a", "z", "\uffee", "\U0001F600"], read.Entries.Select(entry => entry.Path));
        Assert.Equal(s_abc.Digest, read.Find("z")?.Digest);
        Assert.Null(read.Find("y"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(40, 1)]
    [InlineData(400, 9)]
    [InlineData(2_000, 40)]
    public async Task A_file_of_a_tree_is_found_without_reading_the_tree_whole(int files, int longNames)
    {
        await _store.PutBytesAsync("abc"u8.ToArray(), Ct);

        // Of the longest names that there can be each byte is escaped by six.
        var folder = string.Join('/', Enumerable.Repeat(new string('\u0001', 255), 15));
        string[] odd = ["{\"digest\":\"", "\"", "ü", "\uffee", "\U0001F600", "],\"format\":\"slipway.tree"];
        var tree = await _store.PutTreeAsync(
            Enumerable.Range(0, files).Select(number => $"part/{number}.csv")
                .Concat(Enumerable.Range(0, longNames).Select(number => $"{folder}/{number}"))
                .Concat(odd).Select(Entry),
            Ct);

        foreach (var entry in tree.Entries)
            Assert.Equal(entry, await _store.FindFileAsync(tree.Digest, entry.Path, Ct));
        foreach (var absent in (string[])["", "a", "part", "part/1.cs", "part/1.csv5", "\u0001", "zz", "ü ", "\U0001F601"])
            Assert.Null(await _store.FindFileAsync(tree.Digest, absent, Ct));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("""{"entries":[""")]
    [InlineData("""{"entries":[{"digest":"x","path":"a","size":1}],"format":"slipway.tree/1"}""")]
    [InlineData("""{"entries":[{"digest":"sha256:],"format":"slipway.tree/1"}""")]
    public async Task A_file_of_what_is_no_tree_is_not_looked_for(string content)
    {
        var blob = await _store.PutBytesAsync(Encoding.UTF8.GetBytes(content), Ct);

        Assert.Equal(ErrorCode.Corrupt, await CodeAsync(() => _store.FindFileAsync(blob.Digest, "a", Ct)));
    }

    [Fact]
    public async Task A_file_of_a_tree_that_is_away_is_not_found() =>
        Assert.Equal(ErrorCode.NotFound, await CodeAsync(() => _store.FindFileAsync(Digest.Of("away"u8), "a", Ct)));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../up")]
    [InlineData("a/../../up")]
    [InlineData("a/./b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData(@"a\b")]
    [InlineData("C:/windows")]
    [InlineData("nul\0")]
    public async Task A_path_that_could_lead_out_is_refused(string path)
    {
        await _store.PutBytesAsync("abc"u8.ToArray(), Ct);

        Assert.Equal(ErrorCode.InvalidParameter, await CodeAsync(() => _store.PutTreeAsync([Entry(path)], Ct)));
    }

    [Fact]
    public async Task A_path_that_is_no_text_is_refused() =>
        Assert.Equal(
            ErrorCode.InvalidParameter, await CodeAsync(() => _store.PutTreeAsync([Entry(new string('\ud800', 1))], Ct)));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "a/b")]
    [InlineData("a/b/c", "a")]
    public async Task A_path_that_is_there_already_is_refused(string first, string second)
    {
        await _store.PutBytesAsync("abc"u8.ToArray(), Ct);

        Assert.Equal(ErrorCode.InvalidParameter, await CodeAsync(() => _store.PutTreeAsync([Entry(first), Entry("a!"), Entry(second)], Ct)));
    }

    [Fact]
    public async Task A_tree_needs_its_blobs_first()
    {
        Assert.Equal(ErrorCode.NotFound, await CodeAsync(() => _store.PutTreeAsync([Entry("a")], Ct)));

        await _store.PutBytesAsync("abc"u8.ToArray(), Ct);
        Assert.Equal(ErrorCode.InvalidParameter, await CodeAsync(() => _store.PutTreeAsync([Entry("a") with { Size = 4 }], Ct)));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("{}")]
    [InlineData("""{"entries":[],"format":"slipway.tree/2"}""")]
    [InlineData("""{"entries":[], "format":"slipway.tree/1"}""")]
    [InlineData("""{"entries":[{"digest":"x","path":"a","size":1}],"format":"slipway.tree/1"}""")]
    [InlineData("""{"entries":[{"digest":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","path":"../a","size":3}],"format":"slipway.tree/1"}""")]
    public async Task What_is_no_manifest_is_refused(string content)
    {
        var blob = await _store.PutBytesAsync(Encoding.UTF8.GetBytes(content), Ct);

        Assert.Equal(ErrorCode.Corrupt, await CodeAsync(() => _store.GetTreeAsync(blob.Digest, Ct)));
    }

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

    private static TreeEntry Entry(string path) => new(path, s_abc.Digest, s_abc.Size);

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
