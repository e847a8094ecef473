using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.ObjectStores;

/// <summary>Versions of what lies in a datastore, with their content in another.</summary>
public abstract class DatastoreServerContract(DatabaseProvider provider) : DatastoreBed(provider)
{
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
        Assert.Equal("x\n2\n", await Client.GetStringAsync($"/api/v1/content/trees/{tree}/files/2001/b.csv", Ct));
        var rows = await PostAsync("sql", new { sql = "select sum(x) from 'data:toy@1'" });
        Assert.Equal(3, (int)rows["rows"]![0]![0]!);
        var digest = Digest.Of("x\n2\n"u8);
        var content = Stores.Opener().Open(ContentContainer, Stores.AzureKey);
        Assert.NotNull(await content.FindAsync($"team/blobs/sha256/{digest.Hex[..2]}/{digest.Hex}", Ct));
        Assert.False(Directory.Exists(Path.Combine(Home.Path, "blobs")));
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
        using var held = await Client.DeleteAsync("/api/v1/data/toy/versions/1", Ct);
        using var deleted = await Client.DeleteAsync("/api/v1/data/toy/versions/2", Ct);
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
}

public sealed class DatastoreServerOnSqlite() : DatastoreServerContract(DatabaseProvider.Sqlite);

public sealed class DatastoreServerOnPostgres() : DatastoreServerContract(DatabaseProvider.Postgres);
