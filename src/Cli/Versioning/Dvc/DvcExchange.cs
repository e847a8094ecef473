using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Versioning.Dvc;

/// <summary>Versions made of what DVC keeps, and written so that DVC keeps them.</summary>
internal sealed class DvcExchange(SlipwayClient client, string? cacheFolder)
{
    /// <summary>Makes a version of an output, unless the newest one is it already.</summary>
    public async Task<JsonObject> ImportAsync(DvcOutput output, string asset, CancellationToken ct)
    {
        var name = output.Md5 + (output.IsFolder ? DvcOutput.FolderEnding : "");
        var newest = await client.Data.FindAsync(asset, "latest", ct);
        if (newest?.Tags.GetValueOrDefault("dvc.md5") == name)
            return Row(asset, newest.Version, output.Path, "unchanged");

        var files = await FilesAsync(output, ct);
        var tree = await client.Content.UploadAsync(output.Path, files, ct);
        var made = await client.PostAsync(
            $"api/v1/data/{Uri.EscapeDataString(asset)}/versions",
            new JsonObject
            {
                ["tree"] = tree.Digest,
                ["type"] = output.IsFolder ? "uri_folder" : "uri_file",
                ["tags"] = new JsonObject { ["dvc.md5"] = name, ["dvc.path"] = Path.GetFileName(output.Path) },
            },
            ct);
        return Row(asset, (string)made!["version"]!, output.Path, "imported");
    }

    /// <summary>Writes a version to a path, its contents into the cache, and the .dvc file beside it.</summary>
    public async Task<JsonObject> ExportAsync(string asset, string version, string path, CancellationToken ct)
    {
        var found = await client.Data.FindAsync(asset, version, ct) ?? throw SlipwayException.NotFound("Data version", $"{asset}:{version}");
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var isFile = found.Type == "uri_file";
        var paths = await client.Content.FilesAsync(found.Tree, ct);
        if (isFile && paths is not [var only])
            throw SlipwayException.Conflict($"{asset}:{version} is said to be a file but has {paths.Count}.");
        if (isFile && paths[0] != Path.GetFileName(target))
            throw SlipwayException.Invalid($"--path: {asset}:{version} is the file '{paths[0]}'; end the path with that name.");

        var folder = isFile ? Path.GetDirectoryName(target)! : target;
        await client.Content.DownloadAsync(found.Tree, folder, ct);
        var cache = DvcCache.Of(Path.GetDirectoryName(target)!, cacheFolder);
        var files = new List<(string Path, string Md5)>();
        foreach (var file in paths)
            files.Add((file, await KeepAsync(cache, Path.Combine(folder, file), ct)));

        var md5 = isFile ? files[0].Md5 : await KeepListAsync(cache, files, ct);
        await WriteOutputAsync(target, md5, found.SizeBytes, isFile ? null : files.Count, ct);
        GitIgnore.Add(target);
        return Row(asset, found.Version, target + ".dvc", "exported");
    }

    private async Task<IReadOnlyList<FileOfTree>> FilesAsync(DvcOutput output, CancellationToken ct)
    {
        var cache = DvcCache.Of(Path.GetDirectoryName(output.Path)!, cacheFolder);
        if (!output.IsFolder)
            return [new FileOfTree(Path.GetFileName(output.Path), await LocateAsync(cache, output.Path, output.Md5, output.IsLegacy, ct))];

        var list = cache.Find(output.Md5 + DvcOutput.FolderEnding)
            ?? throw SlipwayException.NotFound("DVC content", $"{output.Md5}{DvcOutput.FolderEnding} of '{output.Path}' (looked in {string.Join(", ", cache.Folders)}): run 'dvc fetch', or name the cache with --cache");
        var files = new List<FileOfTree>();
        foreach (var (path, md5) in DvcFolder.Read(list))
            files.Add(new FileOfTree(path, await LocateAsync(cache, Path.Combine(output.Path, path), md5, output.IsLegacy, ct)));
        return files;
    }

    /// <summary>The file in the cache, else the one in its place, when it has the digest.</summary>
    private static async Task<string> LocateAsync(DvcCache cache, string place, string md5, bool isLegacy, CancellationToken ct)
    {
        foreach (var file in new[] { cache.Find(md5), place })
        {
            if (file is not null && File.Exists(file) && await Md5Digest.MatchesAsync(file, md5, isLegacy, ct))
                return file;
        }

        throw SlipwayException.NotFound(
            "DVC content", $"{md5} of '{place}' (looked in {string.Join(", ", cache.Folders)} and in its place): run 'dvc fetch', or name the cache with --cache");
    }

    private static async Task<string> KeepAsync(DvcCache cache, string file, CancellationToken ct)
    {
        var md5 = await Md5Digest.OfFileAsync(file, ct);
        var kept = cache.PathOf(md5);
        if (File.Exists(kept))
            return md5;

        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        var unfinished = kept + "." + Path.GetRandomFileName();
        File.Copy(file, unfinished);
        File.Move(unfinished, kept, overwrite: true);
        return md5;
    }

    private static async Task<string> KeepListAsync(DvcCache cache, IEnumerable<(string Path, string Md5)> files, CancellationToken ct)
    {
        var list = DvcFolder.Write(files);
        var name = Md5Digest.Of(list) + DvcOutput.FolderEnding;
        Directory.CreateDirectory(Path.GetDirectoryName(cache.PathOf(name))!);
        await File.WriteAllBytesAsync(cache.PathOf(name), list, ct);
        return name;
    }

    private static Task WriteOutputAsync(string target, string md5, long size, int? files, CancellationToken ct) => File.WriteAllTextAsync(
        target + ".dvc",
        $"""
         outs:
         - md5: {md5}
           size: {size}
         {(files is { } count ? $"  nfiles: {count}\n" : "")}  hash: md5
           path: {Path.GetFileName(target)}

         """,
        ct);

    private static JsonObject Row(string asset, string version, string path, string state) => new()
    {
        ["asset"] = asset,
        ["version"] = version,
        ["path"] = Path.GetRelativePath(Environment.CurrentDirectory, path),
        ["state"] = state,
    };
}
