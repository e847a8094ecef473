using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Data;

/// <summary>
/// Where the content store lives: a folder, <c>azure://ACCOUNT/CONTAINER[/PREFIX][?endpoint=URL]</c> or
/// <c>s3://BUCKET[/PREFIX][?endpoint=URL&amp;region=NAME]</c>. Credentials come from the environment, as with the tools of
/// these clouds.
/// </summary>
/// <param name="Store">Null: a folder with a blob for each file, which engines can read in place.</param>
public sealed record ContentAddress(string Folder, ObjectStoreAddress? Store, string Prefix)
{
    private const string Forms =
        "write a folder, azure://ACCOUNT/CONTAINER[/PREFIX] or s3://BUCKET[/PREFIX], with ?endpoint=URL for other servers than the cloud's";

    public static ContentAddress Parse(string? text, string home)
    {
        if (text is null)
            return new ContentAddress(home, null, "");
        if (!text.Contains("://", StringComparison.Ordinal))
            return new ContentAddress(Path.GetFullPath(text), null, "");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("azure" or "s3") || uri.Host.Length == 0)
            throw SlipwayException.Invalid($"'{text}' is no place for content: {Forms}.");

        var options = Options(text, uri);
        var path = Uri.UnescapeDataString(uri.AbsolutePath).Trim('/');
        if (path.Length > 0)
            ObjectName.Check(path);
        if (uri.Scheme == "s3")
        {
            return new ContentAddress(
                home, new ObjectStoreAddress.S3(uri.Host, Endpoint(text, options), options.GetValueOrDefault("region", "us-east-1")), path);
        }

        var parts = path.Split('/', 2);
        if (parts[0].Length == 0)
            throw SlipwayException.Invalid($"'{text}' names no container: {Forms}.");
        var endpoint = Endpoint(text, options) ?? new Uri($"https://{uri.Host}.blob.core.windows.net");
        return new ContentAddress(home, new ObjectStoreAddress.AzureBlob(endpoint, uri.Host, parts[0]), parts.ElementAtOrDefault(1) ?? "");
    }

    /// <summary>Of Azure; the client of S3 looks for its own.</summary>
    public static ObjectStoreCredentials Credentials() => new()
    {
        AccountKey = Variable("AZURE_STORAGE_KEY"),
        SasToken = Variable("AZURE_STORAGE_SAS_TOKEN"),
    };

    private static Dictionary<string, string> Options(string text, Uri uri)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            if (pair.Length < 2 || pair[0] is not ("endpoint" or "region"))
                throw SlipwayException.Invalid($"'{text}' has the option '{pair[0]}'; there are endpoint and region.");
            options[pair[0]] = Uri.UnescapeDataString(pair[1]);
        }

        return options;
    }

    private static Uri? Endpoint(string text, Dictionary<string, string> options) =>
        !options.TryGetValue("endpoint", out var endpoint) ? null
        : Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
        : throw SlipwayException.Invalid($"'{text}': endpoint must be an address such as https://host.");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
