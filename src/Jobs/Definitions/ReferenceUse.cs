namespace Slipway.Jobs.Definitions;

/// <summary>What may be referred to in a field.</summary>
/// <param name="Noun">"data", "an environment": what the field wants, for messages.</param>
internal sealed record ReferenceUse(string Noun)
{
    /// <summary>azureml:name:version, azureml:name@label, registries, asset ids.</summary>
    public bool Asset { get; init; }

    /// <summary>azureml:name without version.</summary>
    public bool Unversioned { get; init; }

    /// <summary>A name without azureml: before it.</summary>
    public bool Bare { get; init; }

    /// <summary>A file or folder beside the definition.</summary>
    public bool Local { get; init; }

    /// <summary>Datastores, outputs of jobs, artifacts of runs, cloud storage.</summary>
    public bool Content { get; init; }

    public bool Git { get; init; }

    public static ReferenceUse Data { get; } = new("data") { Asset = true, Local = true, Content = true };

    public static ReferenceUse Output { get; } = new("a place for an output") { Content = true };

    public static ReferenceUse Model { get; } = new("a model") { Asset = true, Local = true, Content = true };

    public static ReferenceUse Environment { get; } = new("an environment") { Asset = true, Local = true };

    public static ReferenceUse Component { get; } = new("a component") { Asset = true, Unversioned = true, Local = true };

    public static ReferenceUse Code { get; } = new("code") { Asset = true, Local = true, Content = true, Git = true };

    public static ReferenceUse File { get; } = new("a file") { Local = true };

    public static ReferenceUse BuildContext { get; } = new("a build context") { Local = true, Git = true, Content = true };

    public static ReferenceUse Compute { get; } = new("a compute") { Unversioned = true, Bare = true };

    public static ReferenceUse Datastore { get; } = new("a datastore") { Unversioned = true, Bare = true };

    public static ReferenceUse Connection { get; } = new("a connection") { Unversioned = true };

    public static ReferenceUse Job { get; } = new("a job") { Unversioned = true };

    public static ReferenceUse JobOrFile { get; } = new("a job") { Unversioned = true, Local = true };

    /// <summary>The forms that are accepted, for messages.</summary>
    public string Forms => string.Join(", ", FormList());

    private IEnumerable<string> FormList()
    {
        if (Asset)
            yield return "azureml:name:version, azureml:name@latest, azureml://registries/registry/type/name/versions/version";
        if (Unversioned)
            yield return "azureml:name";
        if (Bare)
            yield return "a bare name";
        if (Content)
        {
            yield return "azureml://datastores/store/paths/path, azureml://jobs/job/outputs/output/paths/path, runs:/run/path, "
                + "an https, wasbs, abfss or adl address";
        }

        if (Git)
            yield return "git+https://host/repository#ref:folder";
        if (Local)
            yield return "a local path";
    }
}
