using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Slipway.Storage.ObjectStores;
using Xunit;

namespace Slipway.Storage.Etl;

/// <summary>Connections to a real PostgreSQL and a real store, and what jobs and schedules import through them.</summary>
public abstract class ConnectionContract : IAsyncLifetime
{
    private readonly TempFolder _home = new();
    private Postgres _source = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected virtual Task<string?> DatabaseAsync() => Task.FromResult<string?>(null);

    public async ValueTask InitializeAsync()
    {
        _source = await Postgres.CreateAsync(Ct);
        await using var connection = new NpgsqlConnection(_source.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "create table orders (id bigint, total numeric(8,2)); insert into orders values (1, 2.50), (2, 3.25)";
        await command.ExecuteNonQueryAsync(Ct);
        _app = await ServerModule.StartAsync(new ServerSettings { Home = _home.Path, Urls = ["http://127.0.0.1:0"], Database = await DatabaseAsync() }, Ct);
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _source.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task A_connection_is_kept_changed_and_listed_without_its_credentials_and_forgotten()
    {
        await PostAsync("connections", new { definition = "name: a-b\ntype: git\ntarget: https://one\ncredentials: {type: pat, pat: hush}\ntags: {team: blue}" });
        await PostAsync("connections", new { definition = "name: a_b\ntype: git\ntarget: https://other\ncredentials: {type: pat, pat: hush too}" });

        using var changed = await _client.PatchAsJsonAsync("/api/v1/connections/a-b", new { edits = new[] { new { set = "target=https://two" }, new { set = "credentials.pat=hushed" } } }, Ct);
        var shown = await _client.GetStringAsync("/api/v1/connections/a-b", Ct);
        var all = await _client.GetStringAsync("/api/v1/connections?type=git", Ct);
        using var deleted = await _client.DeleteAsync("/api/v1/connections/a-b", Ct);

        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync(Ct));
        var connection = JsonNode.Parse(shown)!;
        Assert.Equal("It is kept, and nothing here reads connections of type git: an import through it is refused.", (string?)connection["note"]);
        Assert.Equal(("https://two", "pat", "blue"), ((string?)connection["target"], (string?)connection["credentials"]!["type"], (string?)connection["tags"]!["team"]));
        Assert.DoesNotContain("hush", shown + all, StringComparison.Ordinal);
        Assert.Equal(["a-b", "a_b"], JsonNode.Parse(all)!["connections"]!.AsArray().Select(one => (string)one!["name"]!));
        Assert.Equal(["connection-a-0b"], JsonNode.Parse(await _client.GetStringAsync("/api/v1/secrets", Ct))!["secrets"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(404, (int)(await _client.GetAsync("/api/v1/connections/a-b", Ct)).StatusCode);
    }

    [Fact]
    public async Task Rows_of_a_query_become_a_version_that_is_a_table_and_lie_in_the_datastore_as_well()
    {
        await ShopAsync();

        var job = await RunAsync(
            """
            type: import_data
            source: {type: database, query: select * from orders order by id, connection: azureml:shop}
            outputs: {data: {type: mltable, name: orders, path: "azureml://datastores/workspaceblobstore/paths/shop/${{name}}"}}
            """);

        Assert.Equal(("Completed", null), ((string?)job["status"], (string?)job["message"]));
        var rows = await PostAsync("sql", new { sql = "select sum(total) from 'data:orders@1'" });
        Assert.Equal(5.75, (double)rows["rows"]![0]![0]!);
        Assert.Equal("mltable", (string?)(await GetAsync("data/orders/versions/1"))["type"]);
        var copy = await PostAsync("data/copy/versions", new { path = $"azureml://datastores/workspaceblobstore/paths/shop/{job["name"]}/data.parquet" });
        Assert.Equal("uri_file", (string?)copy["type"]);
        var lineage = await _client.GetStringAsync("/api/v1/lineage/downstream?node=connection:shop", Ct);
        Assert.Contains("data:orders@1", lineage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_a_store_become_a_version()
    {
        var container = await Stores.NewContainerAsync(Ct);
        var store = Stores.Opener().Open(container, Stores.AzureKey);
        await store.WriteAsync("in/a.csv", new MemoryStream("x\n1\n"u8.ToArray()), default, Ct);
        await store.WriteAsync("in/deep/b.csv", new MemoryStream("x\n2\n"u8.ToArray()), default, Ct);
        await PostAsync("connections", new
        {
            definition =
                $$"""
                name: blobs
                type: azure_blob
                target: https://slipwaytest.blob.core.windows.net/{{container.Container}}
                metadata: {endpoint: "{{container.Endpoint}}"}
                credentials: {type: account_key, account_key: "{{Stores.AzureKey.AccountKey}}"}
                """,
        });

        var job = await RunAsync(
            "type: import_data\nsource: {type: file_system, path: in, connection: azureml:blobs}\noutputs: {data: {type: uri_folder, name: files}}");

        Assert.Equal(("Completed", null), ((string?)job["status"], (string?)job["message"]));
        var tree = (string)(await GetAsync("data/files/versions/1"))["tree"]!;
        Assert.Equal(["a.csv", "deep/b.csv"], (await GetAsync($"content/trees/{tree}"))["files"]!.AsArray().Select(file => (string)file!["path"]!));
    }

    [Fact]
    public async Task Files_of_a_bucket_become_a_version_and_lie_in_a_datastore_as_well()
    {
        var bucket = await Stores.NewBucketAsync(Ct);
        var store = Stores.Opener().Open(bucket, Stores.S3Key);
        await store.WriteAsync("in/a.csv", new MemoryStream("x\n1\n"u8.ToArray()), default, Ct);
        await store.WriteAsync("in/deep/b.csv", new MemoryStream("x\n2\n"u8.ToArray()), default, Ct);
        await store.WriteAsync("out.csv", new MemoryStream("x\n3\n"u8.ToArray()), default, Ct);
        string Connection(string secret) =>
            $$"""
            name: bucket
            type: s3
            target: {{bucket.Bucket}}
            metadata: {endpoint: "{{bucket.Endpoint}}"}
            credentials: {type: access_key, access_key_id: {{Stores.S3Key.AccessKeyId}}, secret_access_key: {{secret}}}
            """;
        const string Import =
            """
            type: import_data
            source: {type: file_system, path: /in, connection: azureml:bucket}
            outputs: {data: {type: uri_folder, name: files, path: "azureml://datastores/workspaceblobstore/paths/copy"}}
            """;

        await PostAsync("connections", new { definition = Connection(Stores.S3Key.SecretAccessKey!) });
        var job = await RunAsync(Import);
        await PostAsync("connections", new { definition = Connection("wrong-secret-of-it") });
        var refused = await RunAsync(Import);

        Assert.Equal(("Completed", null), ((string?)job["status"], (string?)job["message"]));
        var tree = (string)(await GetAsync("data/files/versions/1"))["tree"]!;
        Assert.Equal(["a.csv", "deep/b.csv"], (await GetAsync($"content/trees/{tree}"))["files"]!.AsArray().Select(file => (string)file!["path"]!));
        var copy = await PostAsync("data/copied/versions", new { path = "azureml://datastores/workspaceblobstore/paths/copy/deep/b.csv" });
        Assert.Equal("uri_file", (string?)copy["type"]);
        Assert.Equal("Failed", (string?)refused["status"]);
        Assert.DoesNotContain("wrong-secret-of-it", refused.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schedule_imports_a_version_each_time()
    {
        await ShopAsync();
        await PostAsync("schedules", new
        {
            yaml =
                """
                name: nightly
                trigger: {type: cron, expression: "15 10 * * 1", time_zone: Pacific Standard Time}
                import_data:
                  type: mltable
                  name: orders
                  path: azureml://datastores/workspacemanageddatastore
                  source: {type: database, query: select * from orders, connection: azureml:shop}
                """,
        });

        await PostAsync("schedules/nightly/trigger", new { });

        var (job, tries) = ((JsonNode?)null, 0);
        while (job is null && tries++ < 600)
        {
            await Task.Delay(50, Ct);
            job = (await GetAsync("jobs"))["jobs"]!.AsArray().FirstOrDefault(one => (string?)one!["status"] is "Completed" or "Failed");
        }

        Assert.Equal(("Completed", "orders", "nightly"), ((string?)job!["status"], (string?)job["tags"]!["azureml.dataImport"], (string?)job["tags"]!["azureml.scheduleName"]));
        Assert.Equal("1", (string?)(await GetAsync("data/orders/versions/latest"))["version"]);
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused_before_anything_is_kept()
    {
        const string Definition =
            """
            name: blobs
            type: azure_blob
            target: https://acme.blob.core.windows.net/lake
            credentials: {type: account_key, account_key: not-base64}
            """;

        Assert.StartsWith("400 account_key is not base64", await RefusedAsync("connections", new { definition = Definition }), StringComparison.Ordinal);
        Assert.DoesNotContain("blobs", (await GetAsync("connections")).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{type: database, query: select 1, connection: 'azureml:shp'}", "404 Connection 'shp' does not exist. Did you mean 'shop'?")]
    [InlineData("{type: database, query: select 1, connection: 'azureml:snow'}", "501 Connection 'snow' is of type snowflake, of which no database is read here")]
    [InlineData("{type: file_system, path: x, connection: 'azureml:shop'}", "501 Connection 'shop' is of type azure_postgres_db, of which no files are read here")]
    [InlineData("{type: database, stored_procedure: p, connection: 'azureml:shop'}", "501 source.stored_procedure is not run here")]
    public async Task A_schedule_that_could_never_import_is_refused(string source, string message)
    {
        await ShopAsync();
        await PostAsync("connections", new { definition = "name: snow\ntype: snowflake\ntarget: jdbc:snowflake://x" });

        Assert.StartsWith(
            message,
            await RefusedAsync("schedules", new { yaml = $"name: s\ntrigger: {{type: cron, expression: 0 2 * * *}}\nimport_data: {{name: orders, source: {source}}}" }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_fails_the_job_without_showing_anything_of_it()
    {
        await PostAsync("connections", new
        {
            definition = "name: shop\ntype: postgres\ntarget: Host=127.0.0.1;Port=1;Database=x\ncredentials: {type: username_password, username: ana, password: hush}",
        });

        var job = await RunAsync("type: import_data\nsource: {type: database, query: select 1, connection: azureml:shop}\noutputs: {data: {type: mltable}}");

        Assert.StartsWith("The database of connection 'shop' cannot be opened:", (string?)job["message"], StringComparison.Ordinal);
        Assert.DoesNotContain("hush", job.ToJsonString(), StringComparison.Ordinal);
    }

    private Task<JsonNode> ShopAsync() => PostAsync("connections", new
    {
        definition = new JsonObject
        {
            ["name"] = "shop",
            ["type"] = "azure_postgres_db",
            ["target"] = _source.ConnectionString,
            ["credentials"] = new JsonObject { ["type"] = "none" },
        }.ToJsonString(),
    });

    private async Task<JsonNode> RunAsync(string yaml)
    {
        var name = (string)(await PostAsync("jobs", new { yaml }))["name"]!;
        for (var tries = 0; tries < 600; tries++)
        {
            var job = await GetAsync($"jobs/{name}");
            if ((string?)job["status"] is "Completed" or "Failed" or "Canceled")
                return job;
            await Task.Delay(50, Ct);
        }

        throw new TimeoutException(name);
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _client.GetStringAsync($"/api/v1/{path}", Ct))!;

    private async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await _client.PostAsJsonAsync($"/api/v1/{path}", body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }

    private async Task<string> RefusedAsync(string path, object body)
    {
        using var answer = await _client.PostAsJsonAsync($"/api/v1/{path}", body, Ct);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        return $"{(int)answer.StatusCode} {problem["detail"]}";
    }
}

public sealed class ConnectionsOnSqlite : ConnectionContract;

public sealed class ConnectionsOnPostgres : ConnectionContract
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
