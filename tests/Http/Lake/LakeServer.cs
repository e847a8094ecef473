using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Http.Server;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Http.Lake;

/// <summary>A whole server whose lake is filled by queries and files.</summary>
public class LakeServer : RunningServer
{
    /// <summary>A version with one Parquet file for each query.</summary>
    public Task<DataVersion> TableAsync(string name, params string[] queries)
    {
        var files = new Dictionary<string, byte[]>();
        using var connection = Part<ILakeTables>().Connect();
        foreach (var query in queries)
        {
            var file = Path.Combine(Home, $"{Path.GetRandomFileName()}.parquet");
            connection.Execute($"copy ({query}) to {DuckDbSql.Literal(file)} (format parquet)");
            files[$"part-{files.Count}.parquet"] = File.ReadAllBytes(file);
        }

        return FilesAsync(name, files);
    }

    public Task<DataVersion> TextAsync(string name, string file, string content) =>
        FilesAsync(name, new Dictionary<string, byte[]> { [file] = Encoding.UTF8.GetBytes(content) });

    public async Task<DataVersion> FilesAsync(string name, Dictionary<string, byte[]> files)
    {
        var content = Part<ContentStore>();
        var entries = new List<TreeEntry>();
        foreach (var (path, bytes) in files)
        {
            var blob = await content.PutBytesAsync(bytes, Ct);
            entries.Add(new TreeEntry(path, blob.Digest, blob.Size));
        }

        var tree = await content.PutTreeAsync(entries, Ct);
        return await Part<IDataAssets>().CreateAsync(
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
}

/// <summary>The same on PostgreSQL.</summary>
public sealed class LakeServerOnPostgres : LakeServer
{
    protected override DatabaseProvider Provider => DatabaseProvider.Postgres;
}
