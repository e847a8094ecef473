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
    /// etag as last time is not read again.
    /// </summary>
    Task<ImportedData> ImportAsync(Caller caller, DataUri from, CancellationToken ct);

    /// <summary>Writes the files of a tree below a path of a datastore; the number of files.</summary>
    Task<int> ExportAsync(Caller caller, Digest tree, DataUri to, CancellationToken ct);

    /// <summary>
    /// Returns when the caller may let the server read this local file: it lies in a datastore of type file, or the
    /// caller administers the workspace. Otherwise PermissionDenied.
    /// </summary>
    Task DemandLocalFileAsync(Caller caller, string path, CancellationToken ct);
}

/// <summary>A place of data: <c>azureml://datastores/NAME/paths/PATH</c>, or a file on the web.</summary>
public sealed partial record DataUri
{
    private DataUri(string text) => Text = text;

    public string Text { get; }

    /// <summary>Null: a file on the web.</summary>
    public string? Datastore { get; private init; }

    /// <summary>Below the datastore or the address's folder; may hold '*', '**' and '?'; empty: all.</summary>
    public string Path { get; private init; } = "";

    /// <summary>The folder on the web, with the query of the address; null for a datastore.</summary>
    public Uri? WebRoot { get; private init; }

    public static DataUri Parse(string text)
    {
        if (OfDatastore(text) is { } place)
            return place;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Segments[^1].Trim('/').Length > 0)
        {
            return new DataUri(text)
            {
                WebRoot = new Uri(address, "." + address.Query),
                Path = Uri.UnescapeDataString(address.Segments[^1]),
            };
        }

        throw SlipwayException.Invalid($"'{text}' is no place of data: write azureml://datastores/NAME/paths/PATH or https://HOST/FILE.");
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

    [GeneratedRegex(@"\Aazureml://(subscriptions/[^/]+/resource[gG]roups/[^/]+/(providers/Microsoft\.MachineLearningServices/)?workspaces/[^/]+/)?datastores/(?<store>[A-Za-z0-9_]+)(/paths(/(?<path>.*))?)?/?\z")]
    private static partial Regex Pattern();
}
