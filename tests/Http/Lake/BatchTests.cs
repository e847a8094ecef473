using System.Formats.Tar;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Data;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class BatchTests(LakeServer server) : IClassFixture<LakeServer>, IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_files_of_an_archive_become_contents_in_their_order()
    {
        var texts = Enumerable.Range(0, 30).Select(i => Encoding.UTF8.GetBytes($"in an archive: {i}")).ToList();

        var answer = await PostAsync(Archive(texts));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(
            texts.Select(text => (Digest.Of(text).ToString(), text.Length)),
            answer.Body["blobs"]!.AsArray().Select(blob => ((string)blob!["digest"]!, (int)blob["size"]!)));
    }

    [Fact]
    public async Task A_folder_of_small_files_and_large_ones_comes_back_as_it_was_sent()
    {
        for (var i = 0; i < 50; i++)
            await File.WriteAllTextAsync(_folder.File($"in/{i % 3}/{i.ToString(CultureInfo.InvariantCulture)}"), $"file {i}", Ct);
        await File.WriteAllBytesAsync(_folder.File("in/empty"), [], Ct);
        await File.WriteAllBytesAsync(_folder.File("in/large"), new byte[300_000], Ct);
        using var client = new SlipwayClient(server.Client.BaseAddress!);

        var tree = await client.Content.UploadAsync(Path.Combine(_folder.Path, "in"), Ct);

        Assert.Equal(52, tree.Files);
        foreach (var file in Directory.GetFiles(Path.Combine(_folder.Path, "in"), "*", SearchOption.AllDirectories))
        {
            await using var stream = await client.Content.OpenAsync(tree.Digest, Path.GetRelativePath(Path.Combine(_folder.Path, "in"), file), Ct);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, Ct);
            Assert.Equal(await File.ReadAllBytesAsync(file, Ct), content.ToArray());
        }
    }

    [Theory]
    [InlineData("no archive at all, but a text that is longer than nothing", "not a whole tar archive")]
    [InlineData("cut", "not a whole tar archive")]
    [InlineData("link", "is no file: send files only")]
    [InlineData("hard link", "is no file: send files only")]
    [InlineData("device", "is no file: send files only")]
    [InlineData("folder", "is no file: send files only")]
    [InlineData("large", "send fewer files, and large ones to /content/blobs")]
    public async Task An_archive_that_is_none_or_holds_what_it_may_not_is_refused_in_a_sentence(string what, string expected)
    {
        var body = what switch
        {
            "cut" => Archive([new byte[5000]])[..2000],
            "link" => Special(TarEntryType.SymbolicLink),
            "hard link" => Special(TarEntryType.HardLink),
            "device" => Special(TarEntryType.CharacterDevice),
            "folder" => Special(TarEntryType.Directory),
            "large" => Archive([new byte[28 * 1024 * 1024]]),
            _ => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(what, 20))),
        };

        var answer = await PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(expected, answer.Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../up")]
    [InlineData("a//b")]
    [InlineData("..")]
    public async Task A_name_that_leaves_its_folder_says_nothing_in_an_archive_and_is_refused_in_a_tree(string name)
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("climbs"u8.ToArray()) });

        var sent = await PostAsync(archive.ToArray());
        var blob = sent.Body["blobs"]![0]!;
        using var answer = await server.Client.PostAsJsonAsync(
            "/api/v1/content/trees", new { entries = new[] { new { path = name, digest = (string)blob["digest"]!, size = (long)blob["size"]! } } }, Ct);

        Assert.Equal(HttpStatusCode.OK, sent.Status);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"'{name}'", (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!["detail"]!, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Archive(IReadOnlyList<byte[]> files)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            for (var i = 0; i < files.Count; i++)
            {
                using var content = new MemoryStream(files[i]);
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{i}") { DataStream = content });
            }
        }

        return archive.ToArray();
    }

    private static byte[] Special(TarEntryType type)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            var entry = new UstarTarEntry(type, "a");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                entry.LinkName = "/etc/passwd";
            tar.WriteEntry(entry);
        }

        return archive.ToArray();
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await server.Client.PostAsync(new Uri("/api/v1/content/batches", UriKind.Relative), content, Ct);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!);
    }
}
