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

    public void Dispose() => _folder.Dispose();

    private static TreeEntry Entry(string path) => new(path, s_abc.Digest, s_abc.Size);

    private static async Task<ErrorCode> CodeAsync(Func<Task> act) => (await Assert.ThrowsAsync<SlipwayException>(act)).Code;
}
