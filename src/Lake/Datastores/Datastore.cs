using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Lake.Datastores;

/// <summary>A named place of objects. Its credentials are in the vault.</summary>
internal sealed record Datastore
{
    public required WorkspaceName Workspace { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary>The fields of its type: account_name, container_name, bucket, path, …</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Which kind there is: account_key, sas_token, service_principal, …; null: as the server itself.</summary>
    public string? Credentials { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    public required string ChangedBy { get; init; }

    public string Node => $"datastore:{Name}";

    // The vault allows '-' but not '_', and a datastore's name the reverse.
    public string Secret => "datastore-" + Name.Replace('_', '-');

    public ObjectStoreAddress Address() => Type switch
    {
        "azure_blob" => Azure(Settings["container_name"]),
        "azure_data_lake_gen2" => Azure(Settings["filesystem"]),
        "s3" => new ObjectStoreAddress.S3(
            Settings["bucket"],
            Settings.TryGetValue("endpoint", out var endpoint) ? new Uri(endpoint) : null,
            Settings.GetValueOrDefault("region", "us-east-1")),
        "http" => new ObjectStoreAddress.Web(new Uri(Settings["url"].TrimEnd('/') + "/")),
        _ => new ObjectStoreAddress.Folder(Settings["path"]),
    };

    private ObjectStoreAddress.AzureBlob Azure(string container)
    {
        var account = Settings["account_name"];
        var domain = Settings.GetValueOrDefault("endpoint", "core.windows.net");
        // Data Lake Storage Gen2 answers to the protocol of blobs too.
        var endpoint = new Uri(domain.StartsWith("http", StringComparison.Ordinal) ? domain : $"https://{account}.blob.{domain}");
        return new ObjectStoreAddress.AzureBlob(endpoint, account, container);
    }
}
