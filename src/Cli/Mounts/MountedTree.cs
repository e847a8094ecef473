using Slipway.Client;

namespace Slipway.Cli.Mounts;

/// <summary>The folders and files of a version, each with a number that it keeps. They never change.</summary>
internal sealed class MountedTree
{
    /// <summary>The kernel's number of the top folder.</summary>
    public const ulong Top = 1;

    private readonly List<MountedNode> _nodes = [];

    /// <param name="files">In the order of their paths.</param>
    /// <param name="madeAt">The time that all of them bear.</param>
    public MountedTree(IEnumerable<ContentFile> files, DateTimeOffset madeAt)
    {
        MadeAt = madeAt;
        var top = Add("", "", null, null);
        foreach (var file in files)
        {
            var folder = top;
            var parts = file.Path.Split('/');
            foreach (var name in parts.AsSpan(..^1))
                folder = folder.Find(name) ?? Add(name, "", folder, null);
            Add(parts[^1], file.Path, folder, file);
            TotalSize += file.Size;
        }
    }

    public DateTimeOffset MadeAt { get; }

    public long TotalSize { get; }

    public int Count => _nodes.Count;

    public MountedNode? Find(ulong number) => number >= Top && number - Top < (ulong)_nodes.Count ? _nodes[(int)(number - Top)] : null;

    private MountedNode Add(string name, string path, MountedNode? parent, ContentFile? file)
    {
        var node = new MountedNode((ulong)_nodes.Count + Top, name, path, parent, file?.Digest, file?.Size ?? 0);
        _nodes.Add(node);
        parent?.Add(node);
        return node;
    }
}

/// <summary>A folder, or a file when it has a digest.</summary>
internal sealed class MountedNode(ulong number, string name, string path, MountedNode? parent, string? digest, long size)
{
    private readonly List<MountedNode> _children = [];
    private Dictionary<string, MountedNode>? _byName;

    public ulong Number => number;

    public string Name => name;

    /// <summary>Of a file, in its version.</summary>
    public string Path => path;

    /// <summary>The top folder is its own parent.</summary>
    public MountedNode Parent => parent ?? this;

    public string? Digest => digest;

    public bool IsFolder => digest is null;

    public long Size => size;

    public IReadOnlyList<MountedNode> Children => _children;

    public MountedNode? Find(string child) => _byName?.GetValueOrDefault(child);

    public void Add(MountedNode child)
    {
        _children.Add(child);
        (_byName ??= new(StringComparer.Ordinal)).Add(child.Name, child);
    }
}
