namespace Slipway.Jobs.Definitions;

/// <summary>What a definition names that lies outside of it: an asset, a place in a store, a file.</summary>
/// <param name="Text">As it is written.</param>
internal abstract record Reference(string Text)
{
    public sealed override string ToString() => Text;
}

/// <summary><c>azureml:name:version</c>: an asset of the workspace.</summary>
internal sealed record AssetVersion(string Text, string Name, string Version) : Reference(Text);

/// <summary><c>azureml:name@label</c>; the label latest always exists.</summary>
internal sealed record AssetLabel(string Text, string Name, string Label) : Reference(Text);

/// <summary><c>azureml:name</c> or a bare name: a compute, a datastore, a job, an endpoint, or a component's latest version.</summary>
internal sealed record Named(string Text, string Name) : Reference(Text);

/// <summary><c>azureml://registries/…</c>: an asset of a registry. Without version and label: its default version.</summary>
/// <param name="Collection">environments, components, models or data.</param>
internal sealed record RegistryAsset(
    string Text, string Registry, string Collection, string Name, string? Version, string? Label) : Reference(Text);

/// <summary><c>azureml://datastores/store/paths/path</c>, or the long form of another workspace.</summary>
/// <param name="Workspace">Null in the short form.</param>
internal sealed record DatastorePath(string Text, string Store, string Path, string? Workspace) : Reference(Text);

/// <summary><c>azureml://jobs/job/outputs/output/paths/path</c>.</summary>
internal sealed record JobOutputPath(string Text, string Job, string Output, string Path) : Reference(Text);

/// <summary><c>runs:/id/path</c>: an artifact of a tracking run.</summary>
internal sealed record RunArtifact(string Text, string RunId, string Path) : Reference(Text);

/// <summary>http(s), wasb(s), abfs(s), adl, s3, hdfs: a place in somebody's storage, or a public file.</summary>
internal sealed record CloudPath(string Text, Uri Uri) : Reference(Text)
{
    public bool CanBeRead() => Uri.Scheme is "http" or "https" or "wasb" or "wasbs" or "abfs" or "abfss" or "s3";
}

/// <summary>A git repository as code: <c>git+https://…</c>, <c>https://github.com/…#ref:folder</c>.</summary>
internal sealed record GitPath(string Text) : Reference(Text);

/// <summary>A file or folder beside the definition.</summary>
/// <param name="Key">
/// Its path from the folder of the job's own file, normalised ("components/src", "../data"): what
/// <c>NewJob.Files</c> is looked up by. A path in a component file is relative to that file; its key is not.
/// </param>
internal sealed record LocalPath(string Text, string Key) : Reference(Text);
