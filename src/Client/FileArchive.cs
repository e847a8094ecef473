using System.Buffers;
using System.Security.Cryptography;
using Slipway.Data;

namespace Slipway.Client;

/// <summary>
/// Small files that are read to be sent together: a tar archive in memory, into which each is read once, at the place from
/// which it is hashed and sent.
/// </summary>
/// <param name="sizes">Of the files that are to be read.</param>
internal sealed class FileArchive(IEnumerable<long> sizes) : IDisposable
{
    private readonly List<LocalFile> _files = [];
    private byte[] _archive = ArrayPool<byte>.Shared.Rent((int)sizes.Sum(TarHeader.SizeOf) + TarHeader.End);
    private int _length;

    /// <summary>What it holds.</summary>
    public IReadOnlyList<LocalFile> Files => _files;

    /// <summary>Reads so many bytes of a file behind those that are kept; their digest.</summary>
    public string Read(string path, long size)
    {
        Reserve((int)TarHeader.SizeOf(size) + TarHeader.End);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var content = _archive.AsSpan(_length + TarHeader.Block, (int)size);
        var read = 0;
        while (read < size && RandomAccess.Read(file, content[read..], read) is var more and > 0)
            read += more;

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content[..read], hash);
        return FileDigests.Text(hash);
    }

    /// <summary>Keeps what was read last.</summary>
    public void Keep(LocalFile file)
    {
        var place = _archive.AsSpan(_length, (int)TarHeader.SizeOf(file.Size));
        TarHeader.Write(place, file.Digest.AsSpan("sha256:".Length), file.Size);
        place[(TarHeader.Block + (int)file.Size)..].Clear();
        _length += place.Length;
        _files.Add(file);
    }

    /// <summary>Leaves out what is not wanted, or is there already; what is in it is not wanted any more.</summary>
    public void Retain(HashSet<string> wanted)
    {
        var (from, to) = (0, 0);
        _files.RemoveAll(file =>
        {
            var size = (int)TarHeader.SizeOf(file.Size);
            var stays = wanted.Remove(file.Digest);
            if (stays)
            {
                if (from != to)
                    _archive.AsSpan(from, size).CopyTo(_archive.AsSpan(to));
                to += size;
            }

            from += size;
            return !stays;
        });
        _length = to;
    }

    /// <summary>The whole archive.</summary>
    public ReadOnlyMemory<byte> Close()
    {
        Reserve(TarHeader.End);
        _archive.AsSpan(_length, TarHeader.End).Clear();
        return _archive.AsMemory(0, _length + TarHeader.End);
    }

    /// <summary>Its files one by one.</summary>
    public IEnumerable<(LocalFile File, ReadOnlyMemory<byte> Content)> Contents()
    {
        var at = 0;
        foreach (var file in _files)
        {
            yield return (file, _archive.AsMemory(at + TarHeader.Block, (int)file.Size));
            at += (int)TarHeader.SizeOf(file.Size);
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_archive);
        _archive = [];
    }

    private void Reserve(int count)
    {
        if (_length + count <= _archive.Length)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(2 * (_length + count));
        _archive.AsSpan(0, _length).CopyTo(larger);
        Dispose();
        _archive = larger;
    }
}
