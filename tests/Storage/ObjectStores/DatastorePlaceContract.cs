using Slipway.Data;
using Xunit;

namespace Slipway.Storage.ObjectStores;

/// <summary>Datastores as places: how they are named, what is wrong with them, what is not shown of them.</summary>
public abstract class DatastorePlaceContract(DatabaseProvider provider) : DatastoreBed(provider)
{
    [Theory]
    [InlineData("wasbs://{0}@slipwaytest.blob.core.windows.net/raw/a.csv")]
    [InlineData("abfss://{0}@slipwaytest.dfs.core.windows.net/raw/")]
    [InlineData("https://slipwaytest.blob.core.windows.net/{0}/raw/*.csv")]
    public async Task An_address_of_the_cloud_is_read_by_the_datastore_that_lies_there(string address)
    {
        await CreateDatastoreAsync();
        await WriteAsync("raw/a.csv", "x\n1\n");

        var version = await PostAsync("data/toy/versions", new { path = string.Format(null, address, DataContainer.Container) });

        var listing = await GetAsync($"content/trees/{(string)version["tree"]!}");
        Assert.Equal(["a.csv"], listing["files"]!.AsArray().Select(file => (string)file!["path"]!));
    }

    [Theory]
    [InlineData("wasbs://other@slipwaytest.blob.core.windows.net/raw/", "404 For 'wasbs://other@slipwaytest.blob.core.windows.net/raw/', a datastore with 'account_name slipwaytest and container_name other' does not exist.")]
    [InlineData("s3://nobodys/x.csv", "404 For 's3://nobodys/x.csv', a datastore with 'type s3 and bucket nobodys' does not exist.")]
    [InlineData("azureml://datastores/workspaceblobstore/paths/x", "404 Datastore 'workspaceblobstore' does not exist.")]
    public async Task A_place_that_no_datastore_holds_is_told(string path, string message)
    {
        await CreateDatastoreAsync();

        Assert.StartsWith(message, await RefusedAsync("data/toy/versions", new { path }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_credentials_of_a_datastore_are_never_shown()
    {
        var created = await CreateDatastoreAsync();
        var shown = await Client.GetStringAsync("/api/v1/datastores/lake", Ct) + await Client.GetStringAsync("/api/v1/datastores", Ct);

        Assert.Equal("account_key", (string?)created["credentials"]);
        Assert.DoesNotContain(Stores.AzureKey.AccountKey!, created.ToJsonString() + shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_datastore_is_gone()
    {
        await CreateDatastoreAsync();

        (await Client.DeleteAsync("/api/v1/datastores/lake", Ct)).EnsureSuccessStatusCode();

        var refusal = await RefusedAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/x" });
        Assert.StartsWith("404 Datastore 'lake' does not exist.", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_are_not_taken_are_told_with_the_datastore_and_what_to_do()
    {
        var container = DataContainer.Container;
        var ended = Stores.Sas(DataContainer, "rl", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)).SasToken;
        var place = $"The container '{container}' of the storage account 'slipwaytest'";

        var key = await RefusedByAsync("wrong_key", "account_key: d3Jvbmc=", container);
        var sas = await RefusedByAsync("ended", $"sas_token: '{ended}'", container);
        var absent = await RefusedByAsync("absent", $"account_key: {Stores.AzureKey.AccountKey}", "absent");

        Assert.Equal($"403 {place} (datastore 'wrong_key') refuses the credentials (403 AuthorizationFailure): check the key, the token or the role.", key);
        Assert.Equal($"403 {place} (datastore 'ended') refuses the credentials (403 AuthorizationFailure): the SAS token ended at 2020-01-01T00:00:00Z, make another one.", sas);
        Assert.Equal("404 The container 'absent' of the storage account 'slipwaytest' (datastore 'absent') does not exist: create it, or correct its name.", absent);
    }

    [Theory]
    [InlineData("azureml://datastores/lake/paths/../x", "400 '../x' leaves its store")]
    [InlineData("azureml://datastores/lake/paths/none.csv", "404 There is no file at 'azureml://datastores/lake/paths/none.csv'")]
    [InlineData("azureml://datastores/lak/paths/x", "404 Datastore 'lak' does not exist. Did you mean 'lake'?")]
    [InlineData("ftp://host/x", "400 'ftp://host/x' is no place of data")]
    [InlineData("http://169.254.169.254/latest", "400 '169.254.169.254' is a link-local address")]
    public async Task A_place_that_cannot_be_read_is_told(string path, string message)
    {
        await CreateDatastoreAsync();

        Assert.StartsWith(message, await RefusedAsync("data/toy/versions", new { path }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: x\ntype: azure_blog", "'azure_blog' is no type of datastore. Did you mean 'azure_blob'?")]
    [InlineData("name: x\ntype: azure_blob\naccount_name: a", "container_name is missing")]
    [InlineData("name: ../x\ntype: file\npath: /tmp", "name is '../x'")]
    [InlineData("name: x\ntype: file\npath: tmp", "path is 'tmp'")]
    [InlineData("name: x\ntype: s3\nbucket: b\ncredentials: {access_key_id: i}", "An access key needs")]
    [InlineData("name: x\ntype: azure_blob\naccount_name: a\ncontainer_name: c\ncredentials: {account_key: not-base64}", "account_key is not base64")]
    [InlineData("name: x\ntype: s3\nbucket: b\ncredentials: {acces_key_id: i}", "Line 4: credentials of type s3 has no field 'acces_key_id'.")]
    [InlineData("name: [", "Line 2: this is not YAML")]
    [InlineData("- x", "A datastore is one document")]
    public async Task A_mistake_in_a_datastore_is_told(string definition, string message) =>
        Assert.StartsWith("400 " + message, await RefusedAsync("datastores", new { definition }), StringComparison.Ordinal);

    private async Task<string> RefusedByAsync(string datastore, string credentials, string container)
    {
        var definition = $"name: {datastore}\ntype: azure_blob\naccount_name: slipwaytest\ncontainer_name: {container}\nendpoint: {DataContainer.Endpoint}\ncredentials: {{{credentials}}}\n";
        await PostAsync("datastores", new { definition });
        return await RefusedAsync("data/toy/versions", new { path = $"azureml://datastores/{datastore}/paths/x.csv" });
    }
}

public sealed class DatastorePlaceOnSqlite() : DatastorePlaceContract(DatabaseProvider.Sqlite);

public sealed class DatastorePlaceOnPostgres() : DatastorePlaceContract(DatabaseProvider.Postgres);
