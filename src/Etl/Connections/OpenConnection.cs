using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Connections;

/// <summary>What a connection leads to, for the steps that read from there.</summary>
internal sealed class OpenConnection(ConnectionStore store, ConnectionSecrets secrets, ObjectStoreOpener opener, IAccess access)
{
    private const string Prefix = "azureml:";

    /// <summary>By type: the source that reads such a database.</summary>
    private static readonly Dictionary<string, string> s_databases = new()
    {
        ["postgres"] = "postgres",
        ["azure_postgres_db"] = "postgres",
        ["sqlite"] = "sqlite",
    };

    private static readonly string[] s_stores = ["s3", "azure_blob", "azure_data_lake_gen_2"];

    /// <summary>The name in <c>azureml:NAME</c>; null: the text is no reference.</summary>
    public static string? NameIn(string text) => text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : null;

    /// <summary>NotFound when there is none.</summary>
    public async Task<Connection> FindAsync(Caller caller, string reference, CancellationToken ct)
    {
        var name = NameIn(reference) ?? reference;
        await access.DemandAsync(caller, Permission.Write, $"connection:{name}", ct);
        if (await store.FindAsync(caller.Workspace, name, ct) is { } found)
            return found;
        var known = (await store.ListAsync(caller.Workspace, null, ct)).Select(connection => connection.Name).ToList();
        throw new SlipwayException(
            ErrorCode.NotFound, $"Connection '{name}' does not exist.{Nearest.Hint(name, known)} Create it with 'slipway connection create'.");
    }

    public Task<JsonObject> CredentialsAsync(Connection connection, CancellationToken ct) => secrets.ReadAsync(connection, ct);

    /// <summary>Whether databases or files of this type are read here; others are kept for those who ask for them.</summary>
    public static bool Reads(string type) => s_databases.ContainsKey(type) || s_stores.Contains(type);

    /// <summary>Which source reads it: postgres or sqlite.</summary>
    public static string DatabaseOf(Connection connection) => s_databases.GetValueOrDefault(connection.Type) ?? throw new SlipwayException(
        ErrorCode.NotImplemented,
        $"Connection '{connection.Name}' is of type {connection.Type}, of which no database is read here; those that are: {string.Join(", ", s_databases.Keys)}.");

    /// <summary>Refuses what has no files that are read here.</summary>
    public static void DemandStore(Connection connection)
    {
        if (!s_stores.Contains(connection.Type))
        {
            throw new SlipwayException(
                ErrorCode.NotImplemented,
                $"Connection '{connection.Name}' is of type {connection.Type}, of which no files are read here; those that are: {string.Join(", ", s_stores)}.");
        }
    }

    /// <summary>Refuses what no store of this type could take.</summary>
    public static void CheckCredentials(string type, JsonObject credentials)
    {
        if (s_stores.Contains(type))
            _ = ObjectStoreCredentials.Of(field => Text(credentials, field));
    }

    public async Task<IObjectStore> StoreAsync(Connection connection, CancellationToken ct)
    {
        DemandStore(connection);
        var given = await CredentialsAsync(connection, ct);
        return opener.Open(AddressOf(connection), ObjectStoreCredentials.Of(field => Text(given, field)), $"connection '{connection.Name}'");
    }

    private static ObjectStoreAddress AddressOf(Connection connection)
    {
        var (target, metadata) = (connection.Target().TrimEnd('/'), connection.ReadDefinition()["metadata"] as JsonObject ?? []);
        var endpoint = Text(metadata, "endpoint") is { } text
            ? Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
                : throw SlipwayException.Invalid($"Connection '{connection.Name}': metadata.endpoint is '{text}'; it must be an address such as https://host.")
            : null;
        if (connection.Type == "s3")
            return new ObjectStoreAddress.S3(target[(target.LastIndexOf('/') + 1)..], endpoint, Text(metadata, "region") ?? "us-east-1");

        // https://ACCOUNT.blob.core.windows.net/CONTAINER
        if (!Uri.TryCreate(target, UriKind.Absolute, out var address) || address.AbsolutePath.Trim('/') is not { Length: > 0 } container || container.Contains('/'))
            throw SlipwayException.Invalid($"Connection '{connection.Name}': target is '{target}'; write https://ACCOUNT.blob.core.windows.net/CONTAINER.");
        return new ObjectStoreAddress.AzureBlob(
            endpoint ?? new Uri($"https://{address.Host.Replace(".dfs.", ".blob.", StringComparison.Ordinal)}"), address.Host.Split('.')[0], container);
    }

    private static string? Text(JsonObject map, string name) => map[name]?.ToString() is { Length: > 0 } text ? text : null;
}
