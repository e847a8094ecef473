using System.Globalization;
using System.Text;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>
/// The files of a commit, read out of git's objects: nothing is checked out, so that no link, filter or hook of the
/// repository does anything here. Links and submodules are left out.
/// </summary>
internal sealed class CommitFiles
{
    private const int LargestDefinition = 4 * 1024 * 1024;

    private readonly string _folder;
    private readonly SortedDictionary<string, (string Id, long Size)> _files;
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    private CommitFiles(string folder, SortedDictionary<string, (string Id, long Size)> files)
    {
        _folder = folder;
        _files = files;
    }

    public static async Task<CommitFiles> ReadAsync(string folder, string commit, CancellationToken ct)
    {
        var listing = await Git.AskAsync(folder, GitSignIn.None, ct, "ls-tree", "-r", "-z", "--long", "--full-tree", commit);
        var files = new SortedDictionary<string, (string Id, long Size)>(StringComparer.Ordinal);
        foreach (var line in listing.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            // "100644 blob 0c5c…      120\tsrc/train.py"; 120000 is a link, 160000 a submodule.
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (line[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [['1', '0', '0', ..], "blob", var id, var size])
                files[line[(tab + 1)..]] = (id, long.Parse(size, CultureInfo.InvariantCulture));
        }

        var commitFiles = new CommitFiles(folder, files);
        await commitFiles.ReadTextsAsync(ct);
        return commitFiles;
    }

    /// <summary>The text of a definition or of a file of ignore rules; null when there is none.</summary>
    public string? Open(string path) => _texts.GetValueOrDefault(path);

    public LocalKind Look(string path) =>
        _files.ContainsKey(path) ? LocalKind.File
        : Below(path).Any() ? LocalKind.Folder
        : LocalKind.Missing;

    /// <summary>The file, or what lies in the folder and is not ignored there, as content.</summary>
    public async Task<Tree> PutAsync(string path, ContentStore content, CancellationToken ct)
    {
        var prefix = Prefix(path);
        var rules = IgnoreRules.Of(name => Open(prefix + name));
        List<(string Path, string Source)> wanted = _files.ContainsKey(path)
            ? [(path[(path.LastIndexOf('/') + 1)..], path)]
            : [.. Below(path).Select(source => (source[prefix.Length..], source)).Where(file => !IsIgnored(rules, file.Item1))];
        var entries = new List<TreeEntry>();
        await ReadAsync(
            wanted.Select(file => file.Source),
            async (source, stream, token) =>
            {
                var blob = await content.PutAsync(stream, token);
                entries.Add(new TreeEntry(source, blob.Digest, blob.Size));
            },
            ct);
        return await content.PutTreeAsync(wanted.Select((file, index) => entries[index] with { Path = file.Path }), ct);
    }

    private static bool IsIgnored(IgnoreRules rules, string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (rules.Ignores(path[..slash], isFolder: true))
                return true;
        }

        return rules.Ignores(path, isFolder: false);
    }

    private static bool IsText(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".yml" or ".yaml" or ".yml_" || Path.GetFileName(path) is ".amlignore" or ".gitignore";

    private static string Prefix(string path) => path == "." ? "" : path + "/";

    private IEnumerable<string> Below(string path) => _files.Keys.Where(file => file.StartsWith(Prefix(path), StringComparison.Ordinal));

    private Task ReadTextsAsync(CancellationToken ct) => ReadAsync(
        _files.Where(file => IsText(file.Key) && file.Value.Size <= LargestDefinition).Select(file => file.Key),
        async (path, stream, token) =>
        {
            using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
            _texts[path] = await reader.ReadToEndAsync(token);
        },
        ct);

    /// <summary>Reads files one after the other, by one process.</summary>
    private async Task ReadAsync(
        IEnumerable<string> paths, Func<string, Stream, CancellationToken, Task> take, CancellationToken ct)
    {
        using var git = Git.Start(_folder, GitSignIn.None, "cat-file", "--batch");
        try
        {
            await using var output = new BufferedStream(git.StandardOutput.BaseStream, 64 * 1024);
            foreach (var path in paths)
            {
                var (id, size) = _files[path];
                await git.StandardInput.WriteAsync($"{id}\n".AsMemory(), ct);
                await git.StandardInput.FlushAsync(ct);

                // "0c5c… blob 120\n", the content, and a line's end.
                if (await LineAsync(output, ct) != $"{id} blob {size}")
                    throw new SlipwayException(ErrorCode.Corrupt, $"The server's copy of the repository lacks '{path}' ({id}).");
                await take(path, new BoundedStream(output, size), ct);
                await LineAsync(output, ct);
            }
        }
        finally
        {
            Git.End(git);
        }
    }

    private static async Task<string> LineAsync(Stream output, CancellationToken ct)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await output.ReadAsync(one, ct) == 1 && one[0] != '\n')
            line.Append((char)one[0]);
        return line.ToString();
    }
}
