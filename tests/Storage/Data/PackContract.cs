using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Storage.ObjectStores;
using Xunit;

namespace Slipway.Storage.Data;

public abstract class PackContract(DatabaseProvider provider) : CollectorBed(provider)
{
    [Fact]
    public async Task Small_contents_that_come_together_are_one_content_of_the_store()
    {
        var blobs = await Store.PutManyAsync(Texts(0, 100), Ct);

        Assert.Single(await ListAsync(Blobs.Whole));
        Assert.Equal(101, (await StoredAsync()).Count);
        for (var i = 0; i < blobs.Count; i++)
        {
            Assert.Equal((Digest.Of(Text(i)), Text(i).Length), (blobs[i].Digest, (int)blobs[i].Size));
            Assert.Equal(Text(i), await Store.ReadAllAsync(blobs[i].Digest, Ct));
            Assert.Equal(blobs[i].Size, await Blobs.SizeAsync(blobs[i].Digest, Ct));
        }
    }

    [Theory]
    [InlineData(0, null, "content 7")]
    [InlineData(3, 4L, "tent")]
    [InlineData(8, 100L, "7")]
    [InlineData(20, null, "")]
    public async Task A_part_of_a_packed_content_is_read_and_nothing_of_its_neighbours(long offset, long? length, string expected)
    {
        var blobs = await Store.PutManyAsync(Texts(0, 20), Ct);

        await using var stream = await Blobs.OpenReadAsync(blobs[7].Digest, offset, length, Ct);

        Assert.Equal(expected, await new StreamReader(stream).ReadToEndAsync(Ct));
    }

    [Fact]
    public async Task Few_contents_and_large_ones_go_alone_and_none_is_stored_twice()
    {
        await Store.PutManyAsync(Texts(0, 5), Ct);
        var large = new byte[100_000];
        await Store.PutManyAsync([large, .. Texts(0, 40), .. Texts(0, 40)], Ct);
        await Store.PutManyAsync(Texts(0, 40), Ct);

        // Five alone, the large one, and a pack of the other 35
        var whole = await ListAsync(Blobs.Whole);
        Assert.Equal(7, whole.Count);
        Assert.Contains(Digest.Of(large), whole);
        Assert.Equal(42, (await StoredAsync()).Count);
    }

    [Fact]
    public async Task A_pack_is_a_tar_archive_of_files_named_by_their_digests()
    {
        var blobs = await Store.PutManyAsync(Texts(0, 30), Ct);
        var pack = Assert.Single(await ListAsync(Blobs.Whole));

        await using var archive = new TarReader(await Blobs.Whole.OpenReadAsync(pack, 0, null, Ct));
        var names = new List<string>();
        while (await archive.GetNextEntryAsync(copyData: true, Ct) is { } entry)
        {
            names.Add(entry.Name);
            using var content = new MemoryStream();
            await entry.DataStream!.CopyToAsync(content, Ct);
            Assert.Equal(entry.Name, Digest.Of(content.ToArray()).Hex);
        }

        Assert.Equal(blobs.Select(blob => blob.Digest.Hex), names);
    }

    [Fact]
    public async Task A_folder_of_small_files_is_written_elsewhere_by_another_server()
    {
        var from = Directory.CreateDirectory(Path.Combine(Folder, "in", "deep")).FullName;
        for (var i = 0; i < 60; i++)
            await File.WriteAllBytesAsync(Path.Combine(from, i.ToString("d3", CultureInfo.InvariantCulture)), Text(i), Ct);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "in", "large"), new byte[100_000], Ct);
        var tree = await Store.PutFolderAsync(Path.Combine(Folder, "in"), null, Ct);

        await OpenContent(Database, "other").MaterializeAsync(tree.Digest, Path.Combine(Folder, "out"), Ct);

        Assert.Equal(3, (await ListAsync(Blobs.Whole)).Count);
        Assert.Equal(61, tree.Entries.Count);
        foreach (var entry in tree.Entries)
            Assert.Equal(entry.Digest, Digest.Of(await File.ReadAllBytesAsync(Path.Combine(Folder, "out", entry.Path), Ct)));
        Assert.Equal(Text(7), await File.ReadAllBytesAsync(await Store.LocalFileAsync(Digest.Of(Text(7)), Ct), Ct));
    }

    [Fact]
    public async Task What_is_left_of_a_pack_is_packed_anew_and_its_room_comes_back_a_grace_later()
    {
        var blobs = await Store.PutManyAsync(Texts(0, 40), Ct);
        var old = Assert.Single(await ListAsync(Blobs.Whole));
        foreach (var kept in blobs.Take(10))
            await RecordAsync(kept.Digest.Hex, kept.Digest);

        await CollectAsync();
        Time.Advance(Grace + TimeSpan.FromMinutes(1));
        var report = await CollectAsync();

        Assert.Equal((30, Texts(10, 30).Sum(text => text.Length)), (report.Deleted, (int)report.FreedBytes));
        Assert.Equal(2, (await ListAsync(Blobs.Whole)).Count);
        await CollectTwiceAsync();
        Assert.DoesNotContain(old, await ListAsync(Blobs.Whole));
        Assert.Single(await ListAsync(Blobs.Whole));
        foreach (var kept in blobs.Take(10))
            await Store.VerifyAsync(kept.Digest, Ct);
        Assert.False(await Store.ExistsAsync(blobs[20].Digest, Ct));
    }

    [Fact]
    public async Task A_pack_that_is_mostly_wanted_stays_as_it_is()
    {
        var blobs = await Store.PutManyAsync(Texts(0, 40), Ct);
        foreach (var kept in blobs.Take(30))
            await RecordAsync(kept.Digest.Hex, kept.Digest);
        var before = await ListAsync(Blobs.Whole);

        await CollectTwiceAsync();

        Assert.Equal(before, await ListAsync(Blobs.Whole));
        Assert.Equal(31, (await StoredAsync()).Count);
    }

    [Fact]
    public async Task A_pack_of_which_nothing_is_wanted_goes()
    {
        await Store.PutManyAsync(Texts(0, 40), Ct);

        await CollectTwiceAsync();
        await CollectTwiceAsync();

        Assert.Empty(await StoredAsync());
        Assert.Empty(await Database.QueryAsync<string>("select digest from content_packs", null, Ct));
    }

    [Fact]
    public async Task A_lost_pack_is_told_and_is_not_taken_for_a_content_that_never_was()
    {
        var blobs = await Store.PutManyAsync(Texts(0, 40), Ct);
        await Blobs.Whole.DeleteAsync(Assert.Single(await ListAsync(Blobs.Whole)), Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => OpenContent(Database, "other").ReadAllAsync(blobs[3].Digest, Ct));

        Assert.Equal(ErrorCode.Corrupt, refusal.Code);
        Assert.Contains("is lost; restore it from a backup", refusal.Message, StringComparison.Ordinal);
    }

    private static byte[] Text(int i) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"content {i}"));

    private static IReadOnlyList<ReadOnlyMemory<byte>> Texts(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => (ReadOnlyMemory<byte>)Text(i))];
}

public sealed class PacksInFilesOnSqlite() : PackContract(DatabaseProvider.Sqlite);

public sealed class PacksInFilesOnPostgres() : PackContract(DatabaseProvider.Postgres);

public sealed class PacksInObjectsOnSqlite() : PackContract(DatabaseProvider.Sqlite)
{
    private protected override Task<IObjectStore?> OpenObjectsAsync()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "objects"));
        return Task.FromResult<IObjectStore?>(Stores.Opener().Open(
            new ObjectStoreAddress.Folder(Path.Combine(Folder, "objects")), new ObjectStoreCredentials()));
    }
}

public sealed class PacksInAzureOnPostgres() : PackContract(DatabaseProvider.Postgres)
{
    private protected override async Task<IObjectStore?> OpenObjectsAsync() =>
        Stores.Opener().Open(await Stores.NewContainerAsync(Ct), Stores.AzureKey);
}
