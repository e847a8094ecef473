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
    public void A_file_that_was_changed_with_its_size_and_time_kept_is_read_again()
    {
        var path = Given("one");
        var first = Remembered(path);

        File.WriteAllText(path, "two");
        File.SetLastWriteTimeUtc(path, s_longAgo);
        var second = Remembered(path);

        Assert.Equal(Digest.Of("one"u8).ToString(), first);
        Assert.Equal(Digest.Of("two"u8).ToString(), second);
    }

    [Fact]
    public void A_link_to_a_folder_that_it_lies_in_is_refused_and_not_followed_for_ever()
    {
        Directory.CreateDirectory(_folder.File("data/deep"));
        File.CreateSymbolicLink(_folder.File("data/deep/up"), _folder.File("data"));

        var refusal = Assert.Throws<IOException>(() => LocalFiles.Below(_folder.File("data")).ToList());

        Assert.Equal($"'{_folder.File("data/deep/up")}' is a link to a folder that it lies in: leave it out.", refusal.Message);
    }

    [Fact]
    public void A_device_is_refused_and_not_read_for_ever()
    {
        var refusal = Assert.Throws<IOException>(() => Remembered("/dev/zero"));

        Assert.Equal("'/dev/zero' is no file but a device, pipe or socket: leave it out.", refusal.Message);
    }

    [Fact]
    public void A_file_of_another_inode_under_the_same_name_is_read_again()
    {
        var path = Given("one");
        Remembered(path);
        File.WriteAllText(_folder.File("other"), "two");
        File.SetLastWriteTimeUtc(_folder.File("other"), s_longAgo);

        File.Move(_folder.File("other"), path, overwrite: true);

        Assert.Equal(Digest.Of("two"u8).ToString(), Remembered(path));
    }

    [Fact]
    public void A_damaged_memory_is_as_good_as_none()
    {
        var path = Given("one");
        Remembered(path);

        foreach (var file in Directory.GetFiles(_folder.File("memory/x")))
            File.WriteAllText(file, "{");

        Assert.Equal(Digest.Of("one"u8).ToString(), Remembered(path));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void A_file_that_changes_while_it_is_read_is_read_again_and_given_up_when_it_does_not_end(int changes, bool isRead)
    {
        var path = Given("text");
        var digests = FileDigests.Load(path, _folder.File("memory/x"), new MuchLater());
        string Read()
        {
            var digest = FileDigests.Hash(path, Ct);
            if (changes-- > 0)
                File.AppendAllText(path, "more");
            return digest;
        }

        // The first stamp is of before: it may be that of another content.
        if (isRead)
            Assert.Equal((Digest.Of("textmoremore"u8).ToString(), 12), digests.Read(path, default, _ => Read()));
        else
            Assert.Contains("changes while it is read", Assert.Throws<IOException>(() => digests.Read(path, default, _ => Read())).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Given(string text)
    {
        var path = _folder.File("data.txt");
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, s_longAgo);
        return path;
    }

    private string Remembered(string path)
    {
        var digests = FileDigests.Load(path, _folder.File("memory/x"), new MuchLater());
        var (digest, _) = digests.Of(path, Ct);
        digests.Save();
        return digest;
    }

    // So that a file which was written just now counts as settled.
    private sealed class MuchLater : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
