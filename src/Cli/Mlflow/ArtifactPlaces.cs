namespace Slipway.Cli.Mlflow;

/// <summary>Where the files behind an artifact URI are on this machine.</summary>
/// <param name="root">The folder that relative paths of the source mean: that of its mlruns or mlflow.db.</param>
/// <param name="given">--artifacts: a copy of the source's artifact root; null: there is none.</param>
internal sealed class ArtifactPlaces(string root, string? given)
{
    /// <summary>The folder; null when it is not on this machine.</summary>
    /// <param name="uri">As the source has it.</param>
    /// <param name="owner">The id of the run or model, which is part of the place.</param>
    /// <param name="folder">Where a file store keeps the owner: its artifacts are there too, wherever it was moved to.</param>
    public string? Find(string? uri, string owner, string? folder)
    {
        if (folder is not null && Directory.Exists(Path.Combine(folder, "artifacts")))
            return Path.Combine(folder, "artifacts");
        if (uri is not null && LocalPath(uri) is { } local)
        {
            var path = Path.GetFullPath(local, root);
            if (Directory.Exists(path))
                return path;
        }

        return given is null || uri is null ? null : BelowGiven(uri, owner);
    }

    /// <summary>Whether the files are in a store that is no disk: s3://…, gs://…, abfss://….</summary>
    public static bool IsRemote(string? uri) => uri is not null && LocalPath(uri) is null
        && uri.Contains("://", StringComparison.Ordinal) && !uri.StartsWith("mlflow-artifacts:", StringComparison.Ordinal);

    /// <summary>The path of a file: URI, or of a text that is a path; null when it is another URI.</summary>
    public static string? LocalPath(string uri)
    {
        if (uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            var rest = uri["file:".Length..];
            return Uri.UnescapeDataString(rest.StartsWith("//", StringComparison.Ordinal) ? rest[rest.IndexOf('/', 2)..] : rest);
        }

        return uri.Contains(":/", StringComparison.Ordinal) && !Path.IsPathFullyQualified(uri) ? null : uri;
    }

    // s3://bucket/mlflow/1/RUN/artifacts is DIR/mlflow/1/RUN/artifacts, or DIR/1/RUN/artifacts, or DIR/RUN/artifacts.
    private string? BelowGiven(string uri, string owner)
    {
        var parts = uri.Split('/').Where(part => part.Length > 0 && part is not (".." or ".")).ToList();
        var last = parts.LastIndexOf(owner);
        for (var i = 0; i <= last; i++)
        {
            var path = Path.Combine([given!, .. parts[i..]]);
            if (Directory.Exists(path))
                return path;
        }

        return null;
    }
}
