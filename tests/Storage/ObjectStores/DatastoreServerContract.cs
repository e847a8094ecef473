using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.ObjectStores;

/// <summary>The whole server, with its content in a container of Azure and a datastore beside it.</summary>
public abstract class DatastoreServerContract : IAsyncLifetime
{
    private readonly TempFolder _home = new();
    private ObjectStoreAddress.AzureBlob _contentContainer = null!;
    private ObjectStoreAddress.AzureBlob _dataContainer = null!;
    private IObjectStore _data = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    // As a user gives it to the server; no other test of this process talks to Azure by its environment.
    static DatastoreServerContract() => Environment.SetEnvironmentVariable("AZURE_STORAGE_KEY", Stores.AzureKey.AccountKey);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected virtual Task<string?> DatabaseAsync() => Task.FromResult<string?>(null);

    public async ValueTask InitializeAsync()
    {
        _contentContainer = await Stores.NewContainerAsync(Ct);
        _dataContainer = await Stores.NewContainerAsync(Ct);
        _data = Stores.Opener().Open(_dataContainer, Stores.AzureKey);
        _app = await ServerModule.StartAsync(
            new ServerSettings
            {
                Home = _home.Path,
                Urls = ["http://127.0.0.1:0"],
                Database = await DatabaseAsync(),
                Content = Place(_contentContainer.Container),
            },
            Ct);
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Files_of_a_datastore_become_a_version_whose_content_lies_in_the_container()
    {
        await CreateDatastoreAsync();
        await WriteAsync("raw/2001/a.csv", "x\n1\n");
        await WriteAsync("raw/2001/b.csv", "x\n2\n");
        await WriteAsync("raw/2001/notes.txt", "no");

        var version = await PostAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/raw/**/*.csv" });

        var tree = (string)version["tree"]!;
        var listing = await GetAsync($"content/trees/{tree}");
        Assert.Equal(["2001/a.csv", "2001/b.csv"], listing["files"]!.AsArray().Select(file => (string)file!["path"]!));
        Assert.Equal("x\n2\n", await _client.GetStringAsync($"/api/v1/content/trees/{tree}/files/2001/b.csv", Ct));
        var rows = await PostAsync("sql", new { sql = "select sum(x) from 'data:toy@1'" });
        Assert.Equal(3, (int)rows["rows"]![0]![0]!);
        var digest = Digest.Of("x\n2\n"u8);
        var content = Stores.Opener().Open(_contentContainer, Stores.AzureKey);
        Assert.NotNull(await content.FindAsync($"team/blobs/sha256/{digest.Hex[..2]}/{digest.Hex}", Ct));
        Assert.False(Directory.Exists(Path.Combine(_home.Path, "blobs")));
    }

    [Fact]
    public async Task A_second_import_of_what_has_not_changed_gives_the_same_tree_and_a_changed_file_another()
    {
        await CreateDatastoreAsync();
        await WriteAsync("one.csv", "x\n1\n");
        var first = await PostAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/one.csv" });

        var again = await PostAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/one.csv" });
        await WriteAsync("one.csv", "x\n5\n");
        var changed = await PostAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/one.csv" });

        Assert.Equal("uri_file", (string?)first["type"]);
        Assert.Equal((string?)first["tree"], (string?)again["tree"]);
        Assert.NotEqual((string?)first["tree"], (string?)changed["tree"]);
        Assert.Equal("3", (string?)changed["version"]);
    }

    [Theory]
    [InlineData("wasbs://{0}@slipwaytest.blob.core.windows.net/raw/a.csv")]
    [InlineData("abfss://{0}@slipwaytest.dfs.core.windows.net/raw/")]
    [InlineData("https://slipwaytest.blob.core.windows.net/{0}/raw/*.csv")]
    public async Task An_address_of_the_cloud_is_read_by_the_datastore_that_lies_there(string address)
    {
        await CreateDatastoreAsync();
        await WriteAsync("raw/a.csv", "x\n1\n");

        var version = await PostAsync("data/toy/versions", new { path = string.Format(null, address, _dataContainer.Container) });

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
    public async Task A_version_is_written_into_a_datastore()
    {
        await CreateDatastoreAsync();
        await WriteAsync("in/a.csv", "x\n1\n");
        await PostAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/in" });

        var exported = await PostAsync("data/toy/versions/1/export", new { path = "azureml://datastores/lake/paths/out/v1" });

        Assert.Equal(1, (int)exported["files"]!);
        Assert.Equal(4, (await _data.FindAsync("out/v1/a.csv", Ct))!.Size);
    }

    [Fact]
    public async Task Files_are_moved_to_another_datastore_and_a_move_that_was_cut_off_goes_on()
    {
        await CreateDatastoreAsync();
        var box = await CreateBoxAsync();
        foreach (var name in new[] { "in/a.csv", "in/deep/b.csv", "in/c.csv" })
            await WriteAsync(name, name);
        await WriteAsync("out.csv", "stays");
        Directory.CreateDirectory(Path.Combine(box, "here/deep"));
        await File.WriteAllTextAsync(Path.Combine(box, "here/deep/b.csv"), "in/deep/b.csv", Ct);
        var places = new { from = "azureml://datastores/lake/paths/in", to = "azureml://datastores/box/paths/here" };

        var copied = await PostAsync("data/move", new { places.from, places.to, keep = true });
        var moved = await PostAsync("data/move", places);

        Assert.Equal((3, 2, 0), ((int)copied["files"]!, (int)copied["copied"]!, (int)copied["deleted"]!));
        Assert.Equal((3, 0, 3), ((int)moved["files"]!, (int)moved["copied"]!, (int)moved["deleted"]!));
        Assert.Equal("in/c.csv", await File.ReadAllTextAsync(Path.Combine(box, "here/c.csv"), Ct));
        Assert.Equal(["out.csv"], (await _data.ListAsync("", 10, null, Ct)).Items.Select(item => item.Name));
    }

    [Fact]
    public async Task A_move_that_would_lose_something_is_refused_and_deletes_nothing()
    {
        await CreateDatastoreAsync();
        var box = await CreateBoxAsync();
        await WriteAsync("in/a.csv", "one");
        await WriteAsync("in/in/a.csv", "two");
        await File.WriteAllTextAsync(Path.Combine(box, "a.csv"), "other", Ct);

        var taken = await RefusedAsync("data/move", new { from = "azureml://datastores/lake/paths/in/a.csv", to = "azureml://datastores/box" });
        var within = await RefusedAsync("data/move", new { from = "azureml://datastores/lake/paths/in", to = "azureml://datastores/lake/paths/in/in" });
        var nothing = await RefusedAsync("data/move", new { from = "azureml://datastores/lake/paths/none", to = "azureml://datastores/box" });
        var web = await RefusedAsync("data/move", new { from = "https://example.com/a.csv", to = "azureml://datastores/box" });

        Assert.StartsWith("409 'a.csv' is in the folder", taken, StringComparison.Ordinal);
        Assert.StartsWith("400 'in/in/a.csv' would be both moved and written", within, StringComparison.Ordinal);
        Assert.StartsWith("404 There is no file at 'azureml://datastores/lake/paths/none'", nothing, StringComparison.Ordinal);
        Assert.StartsWith("400 from is 'https://example.com/a.csv'", web, StringComparison.Ordinal);
        Assert.Equal("other", await File.ReadAllTextAsync(Path.Combine(box, "a.csv"), Ct));
        Assert.Equal(["in/a.csv", "in/in/a.csv"], (await _data.ListAsync("", 10, null, Ct)).Items.Select(item => item.Name));
    }

    [Fact]
    public async Task The_credentials_of_a_datastore_are_never_shown()
    {
        var created = await CreateDatastoreAsync();
        var shown = await _client.GetStringAsync("/api/v1/datastores/lake", Ct) + await _client.GetStringAsync("/api/v1/datastores", Ct);

        Assert.Equal("account_key", (string?)created["credentials"]);
        Assert.DoesNotContain(Stores.AzureKey.AccountKey!, created.ToJsonString() + shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_datastore_is_gone()
    {
        await CreateDatastoreAsync();

        (await _client.DeleteAsync("/api/v1/datastores/lake", Ct)).EnsureSuccessStatusCode();

        var refusal = await RefusedAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/x" });
        Assert.StartsWith("404 Datastore 'lake' does not exist.", refusal, StringComparison.Ordinal);
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
    [InlineData("name: x\ntype: s3\nbucket: b\ncredentials: {acces_key_id: i}", "Line 4: credentials of type s3 has no field 'acces_key_id'.")]
    [InlineData("name: [", "Line 2: this is not YAML")]
    [InlineData("- x", "A datastore is one document")]
    public async Task A_mistake_in_a_datastore_is_told(string definition, string message) =>
        Assert.StartsWith("400 " + message, await RefusedAsync("datastores", new { definition }), StringComparison.Ordinal);

    [Fact]
    public async Task An_archived_version_is_neither_listed_nor_latest_until_it_is_restored()
    {
        await CreateDatastoreAsync();
        foreach (var text in new[] { "x\n1\n", "x\n2\n" })
        {
            await WriteAsync("a.csv", text);
            await PostAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/a.csv" });
        }

        await PatchAsync("data/toy/versions/2", new { archived = true, tags = new { why = "wrong" } });

        Assert.Equal("1", (string?)(await GetAsync("data/toy/versions/latest"))["version"]);
        Assert.Single((await GetAsync("data/toy/versions"))["versions"]!.AsArray());
        Assert.Equal("wrong", (string?)(await GetAsync("data/toy/versions/2"))["tags"]!["why"]);
        await PatchAsync("data/toy/versions/2", new { archived = false });
        Assert.Equal("2", (string?)(await GetAsync("data/toy/versions/latest"))["version"]);
    }

    [Fact]
    public async Task A_server_whose_container_does_not_exist_does_not_start_and_says_why()
    {
        using var home = new TempFolder();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => ServerModule.StartAsync(
            new ServerSettings { Home = home.Path, Urls = ["http://127.0.0.1:0"], Content = Place("absent") }, Ct));

        Assert.Contains("The container 'absent' of the storage account 'slipwaytest' does not exist", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_tells_what_a_deleted_version_leaves_and_why_the_rest_is_kept()
    {
        foreach (var text in new[] { "x\n1\n", "x\n2\n" })
        {
            await CreateDatastoreAsync();
            await WriteAsync("a.csv", text);
            await PostAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/a.csv" });
        }

        await PatchAsync("data/toy/versions/1", new { tags = new { legal_hold = "audit" } });
        using var held = await _client.DeleteAsync("/api/v1/data/toy/versions/1", Ct);
        using var deleted = await _client.DeleteAsync("/api/v1/data/toy/versions/2", Ct);
        var run = await CollectAsync(dryRun: true);
        var real = await CollectAsync(dryRun: false);

        Assert.Equal((409, 204), ((int)held.StatusCode, (int)deleted.StatusCode));
        Assert.Equal(("completed", 2, 0), ((string)run["state"]!, (int)run["unreferenced"]!, (int)run["deleted"]!));
        Assert.Equal((2, 0), ((int)real["unreferenced"]!, (int)real["deleted"]!));
        Assert.Equal(2, (int)(await GetAsync("gc"))["condemned"]!);
        var kept = await GetAsync($"content/why-kept?of={Digest.Of("x\n1\n"u8)}");
        Assert.Equal("data:toy@1", (string?)kept["keptBy"]![0]!["node"]);
        Assert.Equal("a.csv", (string?)kept["keptBy"]![0]!["path"]);
        Assert.Empty((await GetAsync($"content/why-kept?of={Digest.Of("x\n2\n"u8)}"))["keptBy"]!.AsArray());
        Assert.Equal("data:toy@1", (string?)(await GetAsync("content/why-kept?of=toy:1"))["keptBy"]![0]!["node"]);
        Assert.StartsWith("400 grace is '5m'", await RefusedAsync("gc/runs", new { grace = "5m" }), StringComparison.Ordinal);
    }

    private async Task<JsonNode> CollectAsync(bool dryRun)
    {
        var run = await PostAsync("gc/runs", new { dryRun });
        while (run["endedAt"] is null)
        {
            await Task.Delay(20, Ct);
            run = await GetAsync($"gc/runs/{run["id"]}");
        }

        return run;
    }

    private string Place(string container) =>
        $"azure://slipwaytest/{container}/team?endpoint={Uri.EscapeDataString(_contentContainer.Endpoint.ToString())}";

    /// <summary>A datastore of a folder; the folder.</summary>
    private async Task<string> CreateBoxAsync()
    {
        var folder = Directory.CreateDirectory(_home.File("box")).FullName;
        await PostAsync("datastores", new { definition = $"name: box\ntype: file\npath: {folder}\n" });
        return folder;
    }

    private Task<JsonNode> CreateDatastoreAsync() => PostAsync("datastores", new
    {
        definition =
            $"""
            $schema: https://azuremlschemas.azureedge.net/latest/azureBlob.schema.json
            name: lake
            type: azure_blob
            account_name: slipwaytest
            container_name: {_dataContainer.Container}
            endpoint: {_dataContainer.Endpoint}
            credentials:
              account_key: {Stores.AzureKey.AccountKey}
            """,
    });

    private Task WriteAsync(string name, string text) =>
        _data.WriteAsync(name, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), WriteCondition.None, Ct);

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _client.GetStringAsync($"/api/v1/{path}", Ct))!;

    private async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await _client.PostAsJsonAsync($"/api/v1/{path}", body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private async Task PatchAsync(string path, object body)
    {
        using var answer = await _client.PatchAsJsonAsync($"/api/v1/{path}", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private async Task<string> RefusedAsync(string path, object body)
    {
        using var answer = await _client.PostAsJsonAsync($"/api/v1/{path}", body, Ct);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        return $"{(int)answer.StatusCode} {problem["detail"]}";
    }
}

public sealed class DatastoreServerOnSqlite : DatastoreServerContract;

public sealed class DatastoreServerOnPostgres : DatastoreServerContract
{
    private Postgres? _postgres;

    protected override async Task<string?> DatabaseAsync() =>
        (_postgres ??= await Postgres.CreateAsync(TestContext.Current.CancellationToken)).ConnectionString;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _postgres!.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
