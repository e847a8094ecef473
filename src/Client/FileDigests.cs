using System.Buffers;
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

    private const int Attempts = 3, BlockSize = 256 * 1024;

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
    public (string Digest, long Size) Of(string path, CancellationToken ct)
    {
        var stamp = StampOf(path);
        return Find(path, stamp) is { } known ? (known, stamp.Size) : Read(path, stamp, _ => Hash(path, ct));
    }

    /// <summary>The stamp of what can be read to an end.</summary>
    public static FileStamp StampOf(string path) => FileStamp.Of(path) is { IsSpecial: false } stamp
        ? stamp
        : throw new IOException($"'{path}' is no file but a device, pipe or socket: leave it out.");

    /// <summary>The digest that a file of this stamp had; null when it has to be read.</summary>
    public string? Find(string path, FileStamp stamp) =>
        _known.TryGetValue(path, out var old) && old.Stamp == stamp.ToString() ? Remember(path, stamp, old.Digest) : null;

    /// <summary>Reads a file, and again when it has changed meanwhile.</summary>
    /// <param name="stamp">From before.</param>
    /// <param name="read">The digest of what is there.</param>
    public (string Digest, long Size) Read(string path, FileStamp stamp, Func<FileStamp, string> read)
    {
        for (var tried = 1; ; tried++)
        {
            var digest = read(stamp);
            var after = FileStamp.Of(path);
            if (after == stamp)
                return (Remember(path, stamp, digest), stamp.Size);
            if (tried == Attempts)
                throw new IOException($"'{path}' changes while it is read: wait until its writer has ended, then try again.");
            stamp = after;
        }
    }

    /// <summary>The digest of a file, whatever its size.</summary>
    public static string Hash(string path, CancellationToken ct)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (file.Read(block) is var read and > 0)
            {
                ct.ThrowIfCancellationRequested();
                hash.AppendData(block, 0, read);
            }

            return Text(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>A hash as digests are written.</summary>
    public static string Text(ReadOnlySpan<byte> hash) => "sha256:" + Convert.ToHexStringLower(hash);

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

    private string Remember(string path, FileStamp stamp, string digest)
    {
        var age = _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(stamp.Changed, stamp.Touched) / 1_000_000);
        if (age > s_settled)
            _now[path] = new Known(stamp.ToString(), digest);
        return digest;
    }

    internal sealed record Known(string Stamp, string Digest);
}
