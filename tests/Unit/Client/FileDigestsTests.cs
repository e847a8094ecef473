using Slipway.Client;
using Slipway.Data;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Client;

public sealed class FileDigestsTests : IDisposable
{
    private static readonly DateTime s_longAgo = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_was_changed_with_its_size_and_time_kept_is_read_again()
    {
        var path = Given("one");
        var first = await RememberedAsync(path);

        File.WriteAllText(path, "two");
        File.SetLastWriteTimeUtc(path, s_longAgo);
        var second = await RememberedAsync(path);

        Assert.Equal(Digest.Of("one"u8).ToString(), first);
        Assert.Equal(Digest.Of("two"u8).ToString(), second);
    }

    [Fact]
    public async Task A_file_of_another_inode_under_the_same_name_is_read_again()
    {
        var path = Given("one");
        await RememberedAsync(path);
        File.WriteAllText(_folder.File("other"), "two");
        File.SetLastWriteTimeUtc(_folder.File("other"), s_longAgo);

        File.Move(_folder.File("other"), path, overwrite: true);

        Assert.Equal(Digest.Of("two"u8).ToString(), await RememberedAsync(path));
    }

    [Fact]
    public async Task A_damaged_memory_is_as_good_as_none()
    {
        var path = Given("one");
        await RememberedAsync(path);

        foreach (var file in Directory.GetFiles(_folder.File("memory/x")))
            File.WriteAllText(file, "{");

        Assert.Equal(Digest.Of("one"u8).ToString(), await RememberedAsync(path));
    }

    public void Dispose() => _folder.Dispose();

    private string Given(string text)
    {
        var path = _folder.File("data.txt");
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, s_longAgo);
        return path;
    }

    private async Task<string> RememberedAsync(string path)
    {
        var digests = FileDigests.Load(path, _folder.File("memory/x"), new MuchLater());
        var (digest, _) = await digests.OfAsync(path, Ct);
        digests.Save();
        return digest;
    }

    // So that a file which was written just now counts as settled.
    private sealed class MuchLater : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
