using System.Text.RegularExpressions;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Datastores: Azure's, S3, the web, and a local folder.</summary>
internal static partial class DatastoreTable
{
    private static readonly Field s_account = Required("account_name", Text, "The storage account.");

    private static readonly Field[] s_endpoint =
    [
        F("endpoint", Text, "The cloud's domain; core.windows.net when absent."),
        F("protocol", Choice("https", "wasbs", "abfss"), "How it is reached."),
    ];

    private static readonly ObjectShape s_credentials = new("credentials", [
        F("account_key", Text, "The account's key."),
        F("sas_token", Text, "A shared access signature."),
        F("tenant_id", Text, "The tenant of a service principal."),
        F("client_id", Text, "The service principal."),
        F("client_secret", Text, "Its secret."),
        F("certificate", Text, "Its certificate."),
        F("thumbprint", Text, "The certificate's thumbprint."),
        F("resource_url", Text, "What is signed in to."),
        F("authority_url", Text, "Who signs in."),
        F("access_key_id", Text, "An access key of S3."),
        F("secret_access_key", Text, "Its secret."),
        F("session_token", Text, "The token of temporary credentials."),
        F("token", Text, "A bearer token of a web server.")])
    {
        Rules = [Rule.AtMostOne("account_key", "sas_token", "client_id", "access_key_id", "token"), Rule.Needs("client_secret", "client_id")],
    };

    public static VariantShape Datastore { get; } = new(
        "a datastore",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["azure_blob"] = Kind("azure_blob", [s_account, Required("container_name", Text, "The container."), .. s_endpoint]),
            ["azure_file"] = Kind("azure_file", [s_account, Required("file_share_name", Text, "The file share."), .. s_endpoint]),
            ["azure_data_lake_gen2"] = Kind("azure_data_lake_gen2", [s_account, Required("filesystem", Text, "The file system."), .. s_endpoint]),
            ["azure_data_lake_gen1"] = Kind("azure_data_lake_gen1", [Required("store_name", Text, "The store.")]),
            ["one_lake"] = Kind("one_lake", [
                F("one_lake_workspace_name", Text, "The workspace there."),
                F("artifact", Map(Any), "The artifact there."),
                F("endpoint", Text, "The cloud's domain.")]),
            ["s3"] = Kind("s3", [
                Required("bucket", Text, "The bucket."),
                F("endpoint", Text, "The address of a server other than Amazon's."),
                F("region", Text, "us-east-1 when absent.")]),
            ["http"] = Kind("http", [Required("url", Text, "The address below which the files are; to be read only.")]),
            ["file"] = Kind("file", [Required("path", Text, "The folder on the server.")]),
            ["local"] = Kind("local", [Required("path", Text, "The folder on the server.")]),
        },
        _ => null);

    private static ObjectShape Kind(string type, Field[] fields) => new($"a datastore of type {type}", [
        CommonTables.Schema,
        Required("name", Matching(NamePattern(), "a name of letters, digits and '_'"), "The name of the datastore."),
        F("type", Choice(type), "The kind of datastore."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
        F("credentials", s_credentials, "How to sign in; none: as oneself."),
        .. fields]);

    [GeneratedRegex(@"\A[A-Za-z0-9_]{1,255}\z")]
    private static partial Regex NamePattern();
}
