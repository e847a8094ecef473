using Slipway.Cli.Snapshots;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Server;

namespace Slipway.Cli.Verbs;

/// <summary>The YAML of a job, component or environment on this machine, checked, with the local files that it names.</summary>
internal sealed record JobFile(string Folder, string Source, string Yaml, IReadOnlyList<string> Paths)
{
    /// <summary>Reads and checks the file; every mistake is reported at once.</summary>
    public static JobFile Read(string path, IReadOnlyList<DefinitionEdit> edits, string kind = "job")
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var source = Path.GetFileName(path);
        var text = File.ReadAllText(path);
        var paths = Definitions.LocalPaths(Describe(text, source, folder) with { Kind = kind, Edits = edits });
        var yaml = edits.Count == 0 ? text : Definitions.Edit(text, source, edits);
        return new JobFile(folder, source, yaml, paths);
    }

    /// <summary>What the checker needs to know of a definition in a folder of this machine.</summary>
    public static DefinitionFile Describe(string yaml, string source, string folder) => new()
    {
        Yaml = yaml,
        Source = source,
        Kind = "job",
        Open = path => File.Exists(Path.Combine(folder, path)) ? File.ReadAllText(Path.Combine(folder, path)) : null,
        Look = path => Look(Path.Combine(folder, path)),
        StepKinds = ServerModule.StepKinds(),
    };

    public static LocalKind Look(string path)
    {
        if (File.Exists(path))
            return LocalKind.File;
        if (!Directory.Exists(path))
            return LocalKind.Missing;
        return Directory.EnumerateFileSystemEntries(path).Any() ? LocalKind.Folder : LocalKind.EmptyFolder;
    }

    /// <summary>Uploads the files and submits the job.</summary>
    public async Task<Client.Job> SubmitAsync(SlipwayClient client, string? name, CancellationToken ct)
    {
        var files = await UploadAsync(client, ct);
        return await client.Jobs.SubmitAsync(
            new Client.NewJob(
                Yaml, Source, name, files, new Dictionary<string, string>(), await GitState.TagsAsync(Folder, ct), await UploadPatchAsync(client, ct)),
            ct);
    }

    private async Task<string?> UploadPatchAsync(SlipwayClient client, CancellationToken ct)
    {
        if (await GitState.PatchAsync(Folder, ct) is not { } patch)
            return null;
        var folder = Directory.CreateTempSubdirectory("slipway-");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "uncommitted.patch"), patch, ct);
            return (await client.Content.UploadAsync(folder.FullName, ct)).Digest;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The trees of the local files; what the server has already is not sent.</summary>
    public async Task<Dictionary<string, string>> UploadAsync(SlipwayClient client, CancellationToken ct)
    {
        var files = new Dictionary<string, string>();
        foreach (var path in Paths)
        {
            var full = Path.GetFullPath(Path.Combine(Folder, path));
            var tree = Directory.Exists(full)
                ? await client.Content.UploadAsync(full, LocalSnapshot.Files(full), ct)
                : await client.Content.UploadAsync(full, ct);
            files[path] = tree.Digest;
        }

        return files;
    }
}
