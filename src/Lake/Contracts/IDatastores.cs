using System.Text.RegularExpressions;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Lake.Contracts;

/// <summary>What was read from a datastore or the web, as content.</summary>
/// <param name="IsFile">The path named one file, which is the tree's only entry.</param>
public sealed record ImportedData(Tree Tree, bool IsFile);

/// <summary>The datastores of a workspace, for the modules above the lake.</summary>
public interface IDatastores
{
    /// <summary>NotFound when there is no such datastore.</summary>
    /// <param name="permission">Read, or Write to write into it.</param>
    Task<IObjectStore> OpenAsync(Caller caller, string name, Security.Contracts.Permission permission, CancellationToken ct);

    /// <summary>
    /// Reads a file, the files below a folder, or those that match a pattern into the content store. What has the same
    /// etag as last time is not read again. An address of a cloud is read with the credentials of the datastore that lies
    /// there, and else as everybody may read it.
    /// </summary>
    Task<ImportedData> ImportAsync(Caller caller, DataUri from, CancellationToken ct);

    /// <summary>The same from a place that is no datastore of the workspace; the caller has seen to the permission.</summary>
    /// <param name="path">A file, a folder or a pattern there.</param>
    Task<ImportedData> ImportAsync(IObjectStore from, string path, CancellationToken ct);

    /// <summary>Writes the files of a tree below a path of a datastore; the number of files.</summary>
    Task<int> ExportAsync(Caller caller, Digest tree, DataUri to, CancellationToken ct);

    /// <summary>
    /// Returns when the caller may let the server read this local file: it lies in a datastore of type file, or the
    /// caller administers the workspace. Otherwise PermissionDenied.
    /// </summary>
    Task DemandLocalFileAsync(Caller caller, string path, CancellationToken ct);
}

/// <summary>A place of data: <c>azureml://datastores/NAME/paths/PATH</c>, a file on the web, or a place in a cloud.</summary>
public sealed partial record DataUri
{
    /// <summary>The name of the datastore that each workspace has.</summary>
    public const string DefaultDatastore = "workspaceblobstore";

    private DataUri(string text) => Text = text;

    public string Text { get; }

    /// <summary>Null: a file on the web.</summary>
    public string? Datastore { get; private init; }

    /// <summary>Below the datastore or the address's folder; may hold '*', '**' and '?'; empty: all.</summary>
    public string Path { get; private init; } = "";

    /// <summary>The account and container, or the bucket, that the address is of; null for others.</summary>
    public CloudPlace? Cloud { get; private init; }

    /// <summary>The folder on the web, with the query of the address; null for a datastore.</summary>
    public Uri? WebRoot { get; private init; }

    public static DataUri Parse(string text)
    {
        if (OfDatastore(text) is { } place)
            return place;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
            throw Nowhere(text);
        var cloud = CloudPlace.Of(address);
        var web = cloud is null ? address : cloud.PublicAddress(address);
        var isFile = web is not null && web.Scheme is "http" or "https" && web.Segments[^1].Trim('/').Length > 0;
        if (!isFile && cloud is null)
            throw Nowhere(text);
        return new DataUri(text)
        {
            Cloud = cloud,
            WebRoot = isFile ? new Uri(web!, "." + web!.Query) : null,
            Path = isFile ? Uri.UnescapeDataString(web!.Segments[^1]) : "",
        };
    }

    /// <summary>Null: it names no datastore.</summary>
    public static DataUri? OfDatastore(string text) => Pattern().Match(text) is { Success: true } match
        ? Of(text, match.Groups["store"].Value, match.Groups["path"].Value)
        : null;

    public static DataUri Of(string text, string datastore, string path)
    {
        var trimmed = path.Trim('/');
        if (trimmed.Length > 0)
            ObjectName.Check(trimmed);
        return new DataUri(text) { Datastore = datastore, Path = trimmed };
    }

    public override string ToString() => Text;

    private static SlipwayException Nowhere(string text) => SlipwayException.Invalid(
        $"'{text}' is no place of data: write azureml://datastores/NAME/paths/PATH, https://HOST/FILE, wasbs://CONTAINER@ACCOUNT.blob.core.windows.net/PATH, abfss:// or s3://BUCKET/PATH.");

    [GeneratedRegex(@"\Aazureml://(subscriptions/[^/]+/resource[gG]roups/[^/]+/(providers/Microsoft\.MachineLearningServices/)?workspaces/[^/]+/)?datastores/(?<store>[A-Za-z0-9_]+)(/paths(/(?<path>.*))?)?/?\z")]
    private static partial Regex Pattern();
}
