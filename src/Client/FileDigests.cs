using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Slipway.ObjectStores;

namespace Slipway.Client;

/// <summary>
/// The digests of local files, remembered by path, size, times and inode, so that a file that has not changed is not read
/// again. They are kept in a file for each folder, which may be deleted at any time.
/// </summary>
internal sealed class FileDigests
{
    // A file that is written within the same tick of the clock as it is read would keep its time.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);

    private readonly string _file;
    private readonly Dictionary<string, Known> _known;
    private readonly ConcurrentDictionary<string, Known> _now = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    private FileDigests(string file, Dictionary<string, Known> known, TimeProvider time)
    {
        _time = time;
        _file = file;
        _known = known;
    }

    public static string DefaultFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".slipway", "client", "digests");

    /// <param name="root">What is uploaded: each has a file of its own in the folder.</param>
    public static FileDigests Load(string root, string folder, TimeProvider time)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(root)));
        var file = Path.Combine(folder, name + ".json");
        try
        {
            using var stream = File.OpenRead(file);
            return new FileDigests(file, JsonSerializer.Deserialize<Dictionary<string, Known>>(stream)!, time);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return new FileDigests(file, [], time);
        }
    }

    /// <summary>The digest and the size of the file as it is now; one that changes meanwhile is read again.</summary>
    public async Task<(string Digest, long Size)> OfAsync(string path, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            var stamp = FileStamp.Of(path);
            if (_known.TryGetValue(path, out var old) && old.Stamp == stamp.ToString())
                return Remember(path, stamp, old.Digest);

            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.SequentialScan);
            var digest = "sha256:" + Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct));
            if (FileStamp.Of(path) == stamp)
                return Remember(path, stamp, digest);
            if (tried == 3)
                throw new IOException($"'{path}' changes while it is read: wait until its writer has ended, then try again.");
        }
    }

    public void Forget(string path) => _now.TryRemove(path, out _);

    /// <summary>Keeps what was asked for; that it cannot is no reason to fail.</summary>
    public void Save()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            var unfinished = _file + "." + Path.GetRandomFileName();
            using (var stream = File.Create(unfinished))
                JsonSerializer.Serialize(stream, _now);
            File.Move(unfinished, _file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next upload reads the files again.
        }
    }

    private (string Digest, long Size) Remember(string path, FileStamp stamp, string digest)
    {
        var age = _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(stamp.Changed, stamp.Touched) / 1_000_000);
        if (age > s_settled)
            _now[path] = new Known(stamp.ToString(), digest);
        return (digest, stamp.Size);
    }

    internal sealed record Known(string Stamp, string Digest);
}
