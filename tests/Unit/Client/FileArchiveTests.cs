using System.Formats.Tar;
using System.Globalization;
using Slipway.Client;
using Slipway.Data;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Client;

public sealed class FileArchiveTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void An_archive_of_many_sizes_is_a_tar_whose_files_are_named_by_what_they_hold()
    {
        int[] sizes = [0, 1, 511, 512, 513, 4096, 70_000];
        using var archive = Given(sizes);

        using var tar = new TarReader(new MemoryStream(archive.Close().ToArray()));
        var found = new List<(string Name, string Digest, long Size)>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
            found.Add((entry.Name, Digest.Of(Bytes(entry)).Hex, entry.Length));

        Assert.Equal(sizes.Select(size => (long)size), found.Select(file => file.Size));
        Assert.All(found, file => Assert.Equal(file.Name, file.Digest));
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 1, 2 })]
    [InlineData(new[] { 0, 3 })]
    [InlineData(new[] { 0, 1, 2, 3 })]
    public void What_is_not_wanted_leaves_no_gap_and_what_is_wanted_twice_stays_once(int[] wanted)
    {
        using var archive = Given([10, 600, 20, 5_000]);
        var digests = archive.Files.Select(file => file.Digest).ToList();
        var asked = wanted.Select(i => digests[i]).Append("sha256:elsewhere").ToHashSet();
        Read(archive, 3, 5_000);

        archive.Retain(asked);

        Assert.Equal(["sha256:elsewhere"], asked);
        Assert.Equal(wanted.Select(i => digests[i]), archive.Files.Select(file => file.Digest));
        Assert.All(archive.Contents(), file => Assert.Equal(file.File.Digest, Digest.Of(file.Content.Span).ToString()));
        using var tar = new TarReader(new MemoryStream(archive.Close().ToArray()));
        foreach (var file in archive.Files)
            Assert.Equal(file.Digest, Digest.Of(Bytes(tar.GetNextEntry(copyData: true)!)).ToString());
        Assert.Null(tar.GetNextEntry());
    }

    public void Dispose() => _folder.Dispose();

    private FileArchive Given(int[] sizes)
    {
        var archive = new FileArchive([10]);
        for (var i = 0; i < sizes.Length; i++)
            Read(archive, i, sizes[i]);
        return archive;
    }

    private void Read(FileArchive archive, int number, int size)
    {
        var path = _folder.File(number.ToString(CultureInfo.InvariantCulture));
        var content = new byte[size];
        new Random(number).NextBytes(content);
        File.WriteAllBytes(path, content);
        archive.Keep(new LocalFile(path, path, archive.Read(path, size), size));
    }

    private static byte[] Bytes(TarEntry entry)
    {
        using var content = new MemoryStream();
        entry.DataStream?.CopyTo(content);
        return content.ToArray();
    }
}
