using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.ObjectStores;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Lake.Datastores;

/// <summary>What a datastore's file says; the secrets are apart from all that is shown.</summary>
/// <param name="Credentials">Null: it says nothing of them.</param>
internal sealed record DatastoreDefinition(
    string Name,
    string Type,
    IReadOnlyDictionary<string, string> Settings,
    string? CredentialKind,
    ObjectStoreCredentials? Credentials,
    string? Description,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>Reads Azure ML's YAML of a datastore, and that of the types s3, file and http.</summary>
internal static partial class DatastoreReader
{
    private static readonly string[] s_common = ["$schema", "name", "type", "description", "tags", "properties", "credentials"];

    private static readonly string[] s_azure =
        ["account_key", "sas_token", "tenant_id", "client_id", "client_secret", "authority_url", "resource_url"];

    private static readonly Dictionary<string, (string[] Required, string[] Optional, string[] Credentials)> s_types = new()
    {
        ["azure_blob"] = (["account_name", "container_name"], ["endpoint", "protocol"], s_azure),
        ["azure_data_lake_gen2"] = (["account_name", "filesystem"], ["endpoint", "protocol"], s_azure),
        ["s3"] = (["bucket"], ["endpoint", "region"], ["access_key_id", "secret_access_key", "session_token"]),
        ["http"] = (["url"], [], ["token"]),
        ["file"] = (["path"], [], []),
        ["local"] = (["path"], [], []),
    };

    public static DatastoreDefinition Read(string yaml)
    {
        var root = Parse(yaml);
        var name = Text(root, "name") ?? throw SlipwayException.Invalid("name is missing: the name of the datastore.");
        if (!NamePattern().IsMatch(name))
            throw SlipwayException.Invalid($"name is '{name}'; a datastore's name has 1 to 100 letters, digits and '_'.");
        var type = Text(root, "type") ?? throw SlipwayException.Invalid($"type is missing: one of {string.Join(", ", s_types.Keys)}.");
        if (!s_types.TryGetValue(type, out var fields))
            throw SlipwayException.Invalid($"'{type}' is no type of datastore.{Nearest.Hint(type, s_types.Keys)} Known: {string.Join(", ", s_types.Keys)}.");

        AllowOnly(root, $"a datastore of type {type}", [.. s_common, .. fields.Required, .. fields.Optional]);
        var settings = fields.Required.Concat(fields.Optional)
            .Select(field => (Field: field, Value: Text(root, field)))
            .Where(pair => pair.Value is not null)
            .ToDictionary(pair => pair.Field, pair => pair.Value!);
        if (fields.Required.FirstOrDefault(field => !settings.ContainsKey(field)) is { } missing)
            throw SlipwayException.Invalid($"{missing} is missing: a datastore of type {type} has {string.Join(", ", fields.Required)}.");
        Check(type, settings);

        var secrets = Map(root, "credentials");
        AllowOnly(secrets, $"credentials of type {type}", fields.Credentials);
        var credentials = ObjectStoreCredentials.Of(field => Text(secrets, field));
        return new DatastoreDefinition(
            name, type, settings, Kind(credentials), root.Children.ContainsKey("credentials") ? credentials : null, Text(root, "description"),
            Map(root, "tags").Children.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString()));
    }

    private static void Check(string type, Dictionary<string, string> settings)
    {
        if (type is "file" or "local" && !(Path.IsPathFullyQualified(settings["path"]) && Directory.Exists(settings["path"])))
            throw SlipwayException.Invalid($"path is '{settings["path"]}'; it must be a whole path to a folder that exists on the server.");
        var address = type == "http" ? "url" : "endpoint";
        if (settings.TryGetValue(address, out var text) && (type is "s3" or "http" || text.Contains(':'))
            && !(Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            throw SlipwayException.Invalid($"{address} is '{text}'; it must be an address such as https://host.");
        }

        foreach (var part in new[] { "account_name", "container_name", "filesystem", "bucket" })
        {
            if (settings.TryGetValue(part, out var value) && !PartPattern().IsMatch(value))
                throw SlipwayException.Invalid($"{part} is '{value}'; it has 1 to 63 lower-case letters, digits, '-', '.' and '$'.");
        }
    }

    private static string? Kind(ObjectStoreCredentials credentials)
    {
        string?[] kinds =
        [
            credentials.AccountKey is null ? null : "account_key",
            credentials.SasToken is null ? null : "sas_token",
            (credentials.ClientId, credentials.ClientSecret) switch
            {
                (null, null) => null,
                (not null, null) => "managed_identity",
                _ => "service_principal",
            },
            credentials.AccessKeyId is null && credentials.SecretAccessKey is null ? null : "access_key",
            credentials.Token is null ? null : "token",
        ];
        var given = kinds.OfType<string>().ToList();
        if (given.Count > 1)
            throw SlipwayException.Invalid($"credentials has {string.Join(" and ", given)}; give one of them.");
        if (given is ["service_principal"] && (credentials.ClientId is null || credentials.TenantId is null))
            throw SlipwayException.Invalid("A service principal needs tenant_id, client_id and client_secret.");
        if (given is ["access_key"] && (credentials.AccessKeyId is null || credentials.SecretAccessKey is null))
            throw SlipwayException.Invalid("An access key needs access_key_id and secret_access_key.");
        return given.FirstOrDefault();
    }

    private static YamlMappingNode Parse(string yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents is [{ RootNode: YamlMappingNode map }])
                return map;
        }
        catch (YamlException broken)
        {
            throw SlipwayException.Invalid($"Line {broken.Start.Line}: this is not YAML: {broken.Message.TrimEnd('.')}.");
        }

        throw SlipwayException.Invalid("A datastore is one document: a mapping with name and type.");
    }

    private static YamlMappingNode Map(YamlMappingNode map, string field) =>
        !map.Children.TryGetValue(new YamlScalarNode(field), out var value) || value is YamlScalarNode { Value: "" or null }
            ? new YamlMappingNode()
            : value as YamlMappingNode ?? throw SlipwayException.Invalid($"Line {value.Start.Line}: {field} is a mapping.");

    private static string? Text(YamlMappingNode map, string field) =>
        !map.Children.TryGetValue(new YamlScalarNode(field), out var value)
            ? null
            : value is YamlScalarNode { Value: var text }
                ? string.IsNullOrEmpty(text) ? null : text
                : throw SlipwayException.Invalid($"Line {value.Start.Line}: {field} is a single value.");

    private static void AllowOnly(YamlMappingNode map, string what, string[] fields)
    {
        foreach (var key in map.Children.Keys.Where(key => !fields.Contains(key.ToString())))
        {
            throw SlipwayException.Invalid(
                $"Line {key.Start.Line}: {what} has no field '{key}'.{Nearest.Hint(key.ToString(), fields)} Known: {string.Join(", ", fields)}.");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_]{1,100}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[a-z0-9.$-]{1,63}\z")]
    private static partial Regex PartPattern();
}
