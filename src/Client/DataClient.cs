using System.Net.Http.Json;
using System.Text.Json;

namespace Slipway.Client;

/// <summary>A version of a data asset.</summary>
public sealed record DataVersion(
    string Name,
    string Version,
    string Type,
    string Zone,
    string Tree,
    long SizeBytes,
    long? Rows,
    string? Description,
    IReadOnlyDictionary<string, string> Tags,
    DateTimeOffset CreatedAt,
    string CreatedBy);

/// <summary>The answer to a query.</summary>
/// <param name="Truncated">There are more rows than the limit let through.</param>
public sealed record SqlResult(
    IReadOnlyList<SqlColumn> Columns, IReadOnlyList<IReadOnlyList<JsonElement>> Rows, bool Truncated);

/// <summary>A column of an answer, with DuckDB's type.</summary>
public sealed record SqlColumn(string Name, string Type);

/// <summary>Data assets, and SQL over them.</summary>
public sealed class DataClient
{
    private readonly SlipwayClient _client;

    internal DataClient(SlipwayClient client) => _client = client;

    /// <param name="version">A version, or "latest".</param>
    public Task<DataVersion?> FindAsync(string name, string version, CancellationToken ct) => _client.FindAsync<DataVersion>(
        $"api/v1/data/{SlipwayClient.Escape(name)}/versions/{SlipwayClient.Escape(version)}", ct);

    /// <summary>Makes a version of a tree that was uploaded.</summary>
    public async Task<DataVersion> CreateAsync(
        string name, string tree, string? type, string? version, string? zone, string? description, CancellationToken ct) =>
        (await _client.SendAsync<DataVersion>(
            HttpMethod.Post,
            $"api/v1/data/{SlipwayClient.Escape(name)}/versions",
            new { Tree = tree, Type = type, Version = version, Zone = zone, Description = description },
            ct))!;

    /// <summary>Runs a query; versions are named in quotes: <c>select * from 'data:flights-raw@latest'</c>.</summary>
    public async Task<SqlResult> SqlAsync(string sql, long? limit, CancellationToken ct) =>
        (await _client.SendAsync<SqlResult>(HttpMethod.Post, "api/v1/sql", new { Sql = sql, Limit = limit }, ct))!;

    /// <summary>Writes the rows of a query to a file, in the format that its ending names: .csv, .ndjson or .parquet.</summary>
    public async Task SqlToFileAsync(string sql, long? limit, string file, CancellationToken ct)
    {
        var format = Path.GetExtension(file).TrimStart('.').ToLowerInvariant();
        using var body = JsonContent.Create(new { Sql = sql, Limit = limit, Format = format }, options: new JsonSerializerOptions(JsonSerializerDefaults.Web));
        using var answer = await _client.SendAsync(HttpMethod.Post, "api/v1/sql", body, ct);
        var partial = file + ".part";
        await using (var target = File.Create(partial))
            await answer.Content.CopyToAsync(target, ct);
        File.Move(partial, file, overwrite: true);
    }
}
