using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Versioning;

/// <summary>Files and folders whose pointers are in git, between this machine and a server.</summary>
internal sealed class TrackedData(SlipwayClient client)
{
    /// <summary>Makes a version of a file or folder, and its pointer.</summary>
    /// <param name="asset">Null: named like the file.</param>
    public async Task<DataPointer> AddAsync(string path, string? asset, CancellationToken ct)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Path.Exists(target))
            throw SlipwayException.Invalid($"There is no file or folder '{path}'.");
        if (target.EndsWith(DataPointer.Ending, StringComparison.Ordinal))
            throw SlipwayException.Invalid($"'{path}' is a pointer: name the data that it stands for.");
        if (File.Exists(target + DataPointer.Ending))
            throw SlipwayException.Conflict($"'{path}' has a pointer already: 'slipway data push {path}' makes a version of what it is now.");

        var name = asset ?? DataPointer.AssetNameOf(target);
        var pointer = await UploadAsync(new DataPointer(target + DataPointer.Ending, name, "", "", 0, 0), null, ct);
        pointer.Write();
        GitIgnore.Add(target);
        return pointer;
    }

    /// <summary>Makes a version of what has changed, and sends what the server has not; "unchanged", "pushed" or "sent".</summary>
    public async Task<(DataPointer Pointer, string State)> PushAsync(DataPointer pointer, CancellationToken ct)
    {
        if (!Path.Exists(pointer.Target))
            throw SlipwayException.NotFound("Data", $"{pointer.Target}: 'slipway data pull {pointer.File}' brings it");
        var local = await ContentClient.ScanAsync(pointer.Target, ct);
        var kept = await client.Data.FindAsync(pointer.Asset, pointer.Version, ct);
        if (local.Digest == pointer.Tree && kept?.Tree == pointer.Tree)
            return (pointer, "unchanged");

        // To a server that has never seen it, it goes under the version that git knows.
        var moved = local.Digest == pointer.Tree && kept is null;
        var pushed = await UploadAsync(pointer, moved ? pointer.Version : null, ct);
        pushed.Write();
        return (pushed, moved ? "sent" : "pushed");
    }

    /// <summary>Makes the data what the pointer says; "unchanged" or "written".</summary>
    /// <param name="force">Also when that loses changes that no version keeps.</param>
    public async Task<string> PullAsync(DataPointer pointer, bool force, CancellationToken ct)
    {
        var version = await client.Data.FindAsync(pointer.Asset, pointer.Version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{pointer.Asset}:{pointer.Version} (on {client.Server}): 'slipway data push' sends it from where the data is");
        if (version.Tree != pointer.Tree)
        {
            throw SlipwayException.Conflict(
                $"{pointer.Asset}:{pointer.Version} on {client.Server} is {version.Tree}, but '{pointer.File}' means {pointer.Tree}: name the server that it came from.");
        }

        if (Path.Exists(pointer.Target))
        {
            var local = await ContentClient.ScanAsync(pointer.Target, ct);
            if (local.Digest == pointer.Tree)
                return "unchanged";
            if (!force && local.Files > 0 && !await client.Content.ExistsAsync(local.Digest, ct))
            {
                throw SlipwayException.Conflict(
                    $"'{pointer.Target}' has changes that no version keeps: 'slipway data push' keeps them, 'slipway data pull --force' drops them.");
            }
        }

        var isFile = version.Type == "uri_file";
        var wanted = await client.Content.FilesAsync(pointer.Tree, ct);
        if (isFile && wanted.Any(path => path != Path.GetFileName(pointer.Target)))
            throw SlipwayException.Conflict($"{pointer.Asset}:{pointer.Version} is the file '{wanted[0]}', not '{Path.GetFileName(pointer.Target)}'.");
        await client.Content.DownloadAsync(pointer.Tree, isFile ? Path.GetDirectoryName(pointer.Target)! : pointer.Target, ct);
        if (!isFile)
            DeleteOthers(pointer.Target, wanted);
        return "written";
    }

    /// <summary>How the data stands to its pointer (unchanged, changed, missing), and whether the server has the version.</summary>
    public async Task<JsonObject> StatusAsync(DataPointer pointer, CancellationToken ct)
    {
        var state = !Path.Exists(pointer.Target) ? "missing"
            : (await ContentClient.ScanAsync(pointer.Target, ct)).Digest == pointer.Tree ? "unchanged"
            : "changed";
        var kept = await client.Data.FindAsync(pointer.Asset, pointer.Version, ct);
        return new JsonObject
        {
            ["path"] = Path.GetRelativePath(Environment.CurrentDirectory, pointer.Target),
            ["asset"] = pointer.Asset,
            ["version"] = pointer.Version,
            ["state"] = state,
            ["on_server"] = kept?.Tree == pointer.Tree,
        };
    }

    private async Task<DataPointer> UploadAsync(DataPointer pointer, string? version, CancellationToken ct)
    {
        var tree = await client.Content.UploadAsync(pointer.Target, ct);
        var type = File.Exists(pointer.Target) ? "uri_file" : "uri_folder";
        var made = await client.Data.CreateAsync(pointer.Asset, tree.Digest, type, version, null, null, ct);
        return pointer with { Version = made.Version, Tree = tree.Digest, Files = tree.Files, Size = tree.Size };
    }

    private static void DeleteOthers(string folder, IReadOnlyList<string> wanted)
    {
        var keep = wanted.Select(path => Path.GetFullPath(Path.Combine(folder, path))).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => !keep.Contains(file)))
            File.Delete(file);
        foreach (var empty in Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length))
        {
            if (!Directory.EnumerateFileSystemEntries(empty).Any())
                Directory.Delete(empty);
        }
    }
}
