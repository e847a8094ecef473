using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Tracking.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>From the source that MLflow's clients name to a tree in the content store, and back.</summary>
internal sealed class VersionSources(ModelStore models, IModelSources artifacts, ContentStore content)
{
    private const string Folder = "registered-models/";
    private const string Own = "mlflow-artifacts:/" + Folder;
    private const string Models = "models:/";

    // Copies of copies; a longer chain is a circle.
    private const int DeepestCopy = 8;

    /// <summary>The source of a version that was registered by its tree.</summary>
    public static string UriOf(Digest tree) => Own + tree.Hex;

    /// <summary>The files at a source as they are now; an empty tree when there are none, or they are not in this server's store.</summary>
    public Task<Tree> FindTreeAsync(Caller caller, string source, CancellationToken ct) => FindTreeAsync(caller, source, DeepestCopy, ct);

    /// <summary>
    /// The version with its files. Artifacts may come after the version was created; the first use that finds some fixes
    /// them for good.
    /// </summary>
    public async Task<ModelVersion> CompleteAsync(Caller caller, ModelVersion version, CancellationToken ct)
    {
        if (version.Source.Length == 0 || version.Source.StartsWith(Own, StringComparison.Ordinal))
            return version;
        var none = await content.PutTreeAsync([], ct);
        if (version.Tree != none.Digest)
            return version;
        var tree = await FindTreeAsync(caller, version.Source, ct);
        if (tree.Entries.Count == 0)
            return version;
        var complete = version with { Tree = tree.Digest, Flavor = FlavorOf(tree) };
        await models.SetTreeAsync(complete, none.Digest, ct);
        return complete;
    }

    /// <summary>Refuses the copy of a version that does not exist.</summary>
    public async Task DemandOriginalAsync(Caller caller, string source, CancellationToken ct)
    {
        if (Copied(source) is { } original && await models.FindAsync(caller.Workspace, original, ct) is null)
            throw SlipwayException.NotFound("Model version", $"{original.Model}:{original.Number}");
    }

    /// <summary>Where a client downloads the version's files.</summary>
    public async Task<string> DownloadUriAsync(Caller caller, ModelVersion version, CancellationToken ct)
    {
        var source = version.Source;
        for (var depth = 0; depth < DeepestCopy && Copied(source) is { } reference; depth++)
        {
            var original = await models.FindAsync(caller.Workspace, reference, ct)
                ?? throw SlipwayException.NotFound("Model version", $"{reference.Model}:{reference.Number}");
            (version, source) = (original, original.Source);
        }

        if (source.StartsWith(Own, StringComparison.Ordinal))
            await artifacts.PublishAsync(caller, Folder + version.Tree.Hex, version.Tree, ct);
        return LoggedModel(source) is { } id && await artifacts.FindLoggedModelAsync(caller, id, ct) is { } logged
            ? logged.ArtifactUri
            : source;
    }

    /// <summary>The logged model of models:/m-ID; null for any other source.</summary>
    public static string? LoggedModel(string source) =>
        source.StartsWith(Models, StringComparison.Ordinal) && !source[Models.Length..].Contains('/', StringComparison.Ordinal)
            && !source.Contains('@', StringComparison.Ordinal)
            ? source[Models.Length..]
            : null;

    public static string FlavorOf(Tree tree) =>
        tree.Entries.Any(entry => entry.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) ? "onnx"
        : tree.Find("MLmodel") is not null ? "mlflow"
        : "custom";

    private async Task<Tree> FindTreeAsync(Caller caller, string source, int depth, CancellationToken ct)
    {
        if (Copied(source) is { } reference)
        {
            if (depth == 0 || await models.FindAsync(caller.Workspace, reference, ct) is not { } original)
                return await content.PutTreeAsync([], ct);
            var tree = await content.KeepTreeAsync(original.Tree, ct);
            return tree.Entries.Count > 0 ? tree : await FindTreeAsync(caller, original.Source, depth - 1, ct);
        }

        return await FilesAsync(caller, source, ct) ?? await content.PutTreeAsync([], ct);
    }

    private async Task<Tree?> FilesAsync(Caller caller, string source, CancellationToken ct)
    {
        try
        {
            return await artifacts.FindFilesAsync(caller, source, ct);
        }
        catch (SlipwayException refusal) when (refusal.Code == ErrorCode.InvalidParameter)
        {
            // MLflow takes any text as a source; one that is no path of ours has no files here.
            return null;
        }
    }

    // models:/name/3 and models:/name@alias, as copy_model_version writes them.
    private static ModelReference? Copied(string source)
    {
        if (!source.StartsWith(Models, StringComparison.Ordinal) || LoggedModel(source) is not null)
            return null;
        return ModelReference.TryParse(source[Models.Length..]);
    }
}
