using System.Text.RegularExpressions;

namespace Slipway.Jobs.Definitions;

/// <summary>Parses references.</summary>
internal static partial class ReferenceReader
{
    private static readonly string[] s_cloud = ["http", "https", "wasb", "wasbs", "abfs", "abfss", "adl", "s3", "gs", "hdfs"];

    /// <summary>The reference, or null and what is wrong with it.</summary>
    /// <param name="folder">The folder that local paths are relative to, from the folder of the job's own file.</param>
    public static Reference? Read(string text, ReferenceUse use, string folder, out string? wrong)
    {
        wrong = null;
        var trimmed = text.Trim();
        var read = trimmed.Length == 0 ? null : Parse(trimmed, use, folder, ref wrong);
        if (read is null)
        {
            wrong ??= "it has none of the forms that are accepted";
            wrong = $"'{Shorten(text)}' does not name {use.Noun}: {wrong}. Accepted: {use.Forms}.";
        }

        return read;
    }

    private static Reference? Parse(string text, ReferenceUse use, string folder, ref string? wrong)
    {
        if (Arm().Match(text) is { Success: true } arm)
            return FromResourceId(text, arm, use, ref wrong);
        if (text.StartsWith("azureml:", StringComparison.OrdinalIgnoreCase))
            return Azureml(text, text["azureml:".Length..], use, ref wrong);
        if (Run().Match(text) is { Success: true } run)
            return use.Content ? new RunArtifact(text, run.Groups["run"].Value, run.Groups["path"].Value) : Unwanted(ref wrong, "an artifact of a run");
        if (use.Git && (text.StartsWith("git+", StringComparison.Ordinal) || GitHost().IsMatch(text)))
            return new GitPath(text);
        if (text.Contains("://", StringComparison.Ordinal))
            return Cloud(text, text, use, ref wrong);
        if (use.Bare && BareName().IsMatch(text))
            return new Named(text, text);
        return use.Local ? Local(text, folder, ref wrong) : Unwanted(ref wrong, use.Bare ? null : "a local path or bare name");
    }

    private static Reference? Azureml(string text, string rest, ReferenceUse use, ref string? wrong)
    {
        if (rest.StartsWith("//", StringComparison.Ordinal))
            return FromUri(text, use, ref wrong);
        if (rest.Contains("://", StringComparison.Ordinal))
            return Cloud(text, rest, use, ref wrong);
        if (AssetForm().Match(rest) is not { Success: true } asset)
            return Unwanted(ref wrong, null);

        var name = asset.Groups["name"].Value;
        if (asset.Groups["version"].Success || asset.Groups["label"].Success)
        {
            if (!use.Asset)
                return Unwanted(ref wrong, "a version or label of an asset");
            return asset.Groups["version"].Success
                ? new AssetVersion(text, name, asset.Groups["version"].Value)
                : new AssetLabel(text, name, asset.Groups["label"].Value);
        }

        if (use.Unversioned)
            return new Named(text, name);
        wrong = $"it needs a version or a label (azureml:{name}:1, azureml:{name}@latest)";
        return null;
    }

    private static Reference? FromUri(string text, ReferenceUse use, ref string? wrong)
    {
        if (Registry().Match(text) is { Success: true } registry && use.Asset)
        {
            return new RegistryAsset(
                text, registry.Groups["registry"].Value, registry.Groups["type"].Value, registry.Groups["name"].Value,
                Optional(registry, "version"), Optional(registry, "label"));
        }

        if (Datastore().Match(text) is { Success: true } store && use.Content)
            return new DatastorePath(text, store.Groups["store"].Value, store.Groups["path"].Value, Optional(store, "workspace"));
        if (JobOutput().Match(text) is { Success: true } job && use.Content)
            return new JobOutputPath(text, job.Groups["job"].Value, job.Groups["output"].Value, job.Groups["path"].Value);
        if (AssetId().Match(text) is { Success: true } id && use.Asset)
            return new AssetVersion(text, id.Groups["name"].Value, id.Groups["version"].Value);
        return Unwanted(ref wrong, null);
    }

    private static Reference? FromResourceId(string text, Match arm, ReferenceUse use, ref string? wrong)
    {
        if (arm.Groups["version"].Success)
            return use.Asset ? new AssetVersion(text, arm.Groups["name"].Value, arm.Groups["version"].Value) : Unwanted(ref wrong, "a version of an asset");
        return use.Unversioned || use.Bare ? new Named(text, arm.Groups["name"].Value) : Unwanted(ref wrong, "a resource without version");
    }

    private static CloudPath? Cloud(string text, string address, ReferenceUse use, ref string? wrong)
    {
        if (!use.Content)
            return (CloudPath?)Unwanted(ref wrong, "an address on the network");
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && s_cloud.Contains(uri.Scheme))
            return new CloudPath(text, uri);
        wrong = $"the address is malformed or its scheme is none of {string.Join(", ", s_cloud)}";
        return null;
    }

    private static LocalPath? Local(string text, string folder, ref string? wrong)
    {
        var path = text.StartsWith("file:", StringComparison.Ordinal) ? text["file:".Length..] : text;
        if (path.StartsWith("//", StringComparison.Ordinal) && path.Length > 2)
            path = path[2..];
        if (path.Trim().Length > 0 && !path.Any(char.IsControl))
            return new LocalPath(text, LocalPaths.Join(folder, path));
        wrong = "the path is empty or holds control characters";
        return null;
    }

    private static Reference? Unwanted(ref string? wrong, string? what)
    {
        wrong = what is null ? null : $"it is {what}";
        return null;
    }

    private static string? Optional(Match match, string group) => match.Groups[group] is { Success: true } found ? found.Value : null;

    private static string Shorten(string text) => text.Length <= 120 ? text : text[..117] + "...";

    [GeneratedRegex(@"\A(?<name>[A-Za-z0-9_][A-Za-z0-9_.-]{0,254})(:(?<version>[A-Za-z0-9_][A-Za-z0-9_.-]{0,254})|@(?<label>[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}))?\z")]
    private static partial Regex AssetForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}\z")]
    private static partial Regex BareName();

    [GeneratedRegex(@"\Aruns:/+(?<run>[^/]+)(/(?<path>.*))?\z")]
    private static partial Regex Run();

    [GeneratedRegex(@"\Ahttps://(www\.)?(github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)/")]
    private static partial Regex GitHost();

    [GeneratedRegex(@"\Aazureml://registries/(?<registry>[^/]+)/(?<type>environments|components|models|data)/(?<name>[^/]+)(/versions/(?<version>[^/]+)|/labels/(?<label>[^/]+))?/?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Registry();

    [GeneratedRegex(@"\Aazureml://(subscriptions/[^/]+/resource[gG]roups/[^/]+/(providers/Microsoft\.MachineLearningServices/)?workspaces/(?<workspace>[^/]+)/)?datastores/(?<store>[^/]+)(/paths/(?<path>.*))?/?\z")]
    private static partial Regex Datastore();

    [GeneratedRegex(@"\Aazureml://jobs/(?<job>[^/]+)/outputs/(?<output>[^/]+)(/paths/(?<path>.*)|/?)\z")]
    private static partial Regex JobOutput();

    [GeneratedRegex(@"\Aazureml://(locations/[^/]+/)?(subscriptions/[^/]+/resource[gG]roups/[^/]+/)?workspaces/[^/]+/(environments|components|models|data|codes)/(?<name>[^/]+)/versions/(?<version>[^/]+)\z")]
    private static partial Regex AssetId();

    [GeneratedRegex(@"\A(azureml:)?/subscriptions/.+?/(?<type>[A-Za-z]+)/(?<name>[^/]+)(/versions/(?<version>[^/]+))?\z")]
    private static partial Regex Arm();
}
