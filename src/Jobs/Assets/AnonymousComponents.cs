using Slipway.Data;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Assets;

/// <summary>
/// Components that nobody registered: each is kept under its digest, so that the same one is kept once, the lineage knows who used
/// it, and other jobs can name it.
/// </summary>
internal sealed class AnonymousComponents(TimeProvider time)
{
    /// <param name="files">The trees of the job's local paths.</param>
    public IReadOnlyList<RegisteredAsset> Of(Caller caller, JobDefinition job, IReadOnlyDictionary<string, Digest> files) =>
        [.. job.Components.Select(component => Of(caller, component, files)).DistinctBy(asset => asset.Version)];

    private RegisteredAsset Of(Caller caller, UsedComponent component, IReadOnlyDictionary<string, Digest> files)
    {
        var trees = component.Files.Where(file => files.ContainsKey(file.Value)).ToDictionary(file => file.Key, file => files[file.Value]);
        var digest = RegisteredAsset.DigestOf(component.Definition, trees);
        return new RegisteredAsset
        {
            Id = Ids.New(time),
            Workspace = caller.Workspace.Value,
            Kind = AssetKind.Component.Name,
            Name = RegisteredAsset.Anonymous,
            Version = digest["sha256:".Length..],
            Digest = digest,
            Yaml = component.Yaml,
            Definition = component.Definition.ToJsonString(),
            Files = JobsJson.Write(trees.ToDictionary(file => file.Key, file => file.Value.ToString())),
            Description = component.Definition["description"]?.ToString(),
            Tags = "{}",
            Archived = false,
            CreatedAt = time.UtcNow(),
            CreatedBy = caller.Principal,
        };
    }
}
