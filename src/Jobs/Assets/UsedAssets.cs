using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Operations;
using Slipway.Kernel;

namespace Slipway.Jobs.Assets;

/// <summary>Reads a job with the registered components and environments that it names, as if their files had come with it.</summary>
internal sealed class UsedAssets(AssetStore assets, DefinitionReader reader, JobFiles files)
{
    /// <param name="job">The same with the files of what it uses.</param>
    public async Task<(JobDefinition Definition, NewJob Job, IReadOnlyList<RegisteredAsset> Used)> ReadAsync(
        Caller caller, NewJob job, CancellationToken ct)
    {
        var asked = new Dictionary<(AssetKind, string), RegisteredAsset?>();
        while (true)
        {
            var texts = await files.ReadDefinitionsAsync(job.Files, ct);
            var open = new HashSet<(AssetKind Kind, string Text)>();
            var problems = new Problems();
            var definition = reader.ReadJob(
                new DefinitionText
                {
                    Yaml = job.Yaml,
                    Source = job.Source,
                    Inputs = job.Inputs,
                    Open = texts.GetValueOrDefault,
                    Registered = (kind, reference) =>
                    {
                        if (!asked.TryGetValue((kind, reference.Text), out var asset))
                            open.Add((kind, reference.Text));
                        return asset;
                    },
                },
                problems);
            if (open.Count == 0)
            {
                problems.ThrowIfAny();
                return (definition!, job, [.. asked.Values.OfType<RegisteredAsset>().DistinctBy(asset => asset.Node)]);
            }

            // What is found may name more; each round looks up what the one before could not know.
            foreach (var (kind, text) in open)
                asked[(kind, text)] = await FindAsync(caller, kind, text, ct);
            job = job with { Files = WithFiles(job.Files, asked.Values.OfType<RegisteredAsset>()) };
        }
    }

    /// <param name="text">The reference: "azureml:train:3".</param>
    public async Task<RegisteredAsset?> FindAsync(Caller caller, AssetKind kind, string text, CancellationToken ct)
    {
        var use = kind == AssetKind.Component ? ReferenceUse.Component : ReferenceUse.Environment;
        var (name, version) = ReferenceReader.Read(text, use, "", out _) switch
        {
            AssetVersion asset => (asset.Name, asset.Version),
            AssetLabel asset => (asset.Name, asset.Label),
            RegistryAsset asset => (asset.Name, asset.Version ?? asset.Label ?? "latest"),
            Named asset => (asset.Name, "latest"),
            _ => ("", ""),
        };
        return await assets.FindAsync(caller.Workspace, kind, name, version, ct);
    }

    private static Dictionary<string, Digest> WithFiles(IReadOnlyDictionary<string, Digest> given, IEnumerable<RegisteredAsset> used)
    {
        var all = new Dictionary<string, Digest>(given, StringComparer.Ordinal);
        foreach (var (key, tree) in used.SelectMany(asset => asset.FilesInJob()))
            all[key] = tree;
        return all;
    }
}
