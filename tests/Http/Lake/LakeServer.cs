using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Lake;

/// <summary>A whole server whose lake is filled by queries and files.</summary>
public class LakeServer : IAsyncLifetime
{
    private readonly TempFolder _home = new();
    private WebApplication _app = null!;

    public HttpClient Client { get; private set; } = null!;

    public string Home => _home.Path;

    public IServiceProvider Services => _app.Services;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A PostgreSQL connection string; null: SQLite.</summary>
    protected virtual Task<string?> DatabaseAsync() => Task.FromResult<string?>(null);

    public async ValueTask InitializeAsync()
    {
        _app = await ServerModule.StartAsync(
            new ServerSettings { Home = _home.Path, Urls = ["http://127.0.0.1:0"], Database = await DatabaseAsync() }, Ct);
        Client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    /// <summary>A version with one Parquet file for each query.</summary>
    public Task<DataVersion> TableAsync(string name, params string[] queries)
    {
        var files = new Dictionary<string, byte[]>();
        using var connection = Services.GetRequiredService<ILakeTables>().Connect();
        foreach (var query in queries)
        {
            var file = _home.File($"{Path.GetRandomFileName()}.parquet");
            connection.Execute($"copy ({query}) to {DuckDbSql.Literal(file)} (format parquet)");
            files[$"part-{files.Count}.parquet"] = File.ReadAllBytes(file);
        }

        return FilesAsync(name, files);
    }

    public Task<DataVersion> TextAsync(string name, string file, string content) =>
        FilesAsync(name, new Dictionary<string, byte[]> { [file] = Encoding.UTF8.GetBytes(content) });

    public async Task<DataVersion> FilesAsync(string name, Dictionary<string, byte[]> files)
    {
        var content = Services.GetRequiredService<ContentStore>();
        var entries = new List<TreeEntry>();
        foreach (var (path, bytes) in files)
        {
            var blob = await content.PutBytesAsync(bytes, Ct);
            entries.Add(new TreeEntry(path, blob.Digest, blob.Size));
        }

        var tree = await content.PutTreeAsync(entries, Ct);
        return await Services.GetRequiredService<IDataAssets>().CreateAsync(
            Caller.System, new NewDataVersion { Name = AssetName.Parse(name), Tree = tree.Digest }, Ct);
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path, Ct))!;

    /// <summary>The status and the sentence of a refusal, or the whole body of a success.</summary>
    public async Task<(int Status, string Text)> PostAsync(string path, object body)
    {
        using var answer = await Client.PostAsJsonAsync(path, body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? text : JsonNode.Parse(text)!["detail"]!.ToString());
    }

    public virtual async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _home.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same on PostgreSQL.</summary>
public sealed class LakeServerOnPostgres : LakeServer
{
    private Postgres _postgres = null!;

    protected override async Task<string?> DatabaseAsync()
    {
        _postgres = await Postgres.CreateAsync(TestContext.Current.CancellationToken);
        return _postgres.ConnectionString;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
