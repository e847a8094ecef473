using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Lake.Contracts;
using Slipway.Lake.Sql;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Diff;

/// <summary>
/// GET /api/v1/data/{name}/versions/{version}/diff?to=VERSION&amp;key=a,b&amp;format=json|text: files, columns, rows and
/// statistics in which two versions of an asset differ.
/// </summary>
internal sealed class DiffData(
    DataVersionStore versions, ContentStore content, LakeTables tables, IDataProfiles profiles, IAccess access)
{
    private static readonly string[] s_formats = ["json", "text"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/data/{name}/versions/{version}/diff", HandleAsync).WithName("DiffDataVersions").WithTags("data")
            .Produces<DataDiff>(StatusCodes.Status200OK, "application/json", "text/plain");

    private static async Task<IResult> HandleAsync(
        string name, string version, string to, Caller caller, DiffData operation, CancellationToken ct, string? key = null, string format = "json")
    {
        if (!s_formats.Contains(format))
            throw SlipwayException.Invalid($"'{format}' is no format of a difference.{Nearest.Hint(format, s_formats)} Known: {string.Join(", ", s_formats)}.");
        var columns = key?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var diff = await operation.RunAsync(caller, AssetName.Parse(name), version, to, columns, ct);
        return format == "text"
            ? Results.Text(DiffText.Write(diff), "text/plain; charset=utf-8")
            : Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(diff, DiffJson.Default.DataDiff), "application/json");
    }

    private async Task<DataDiff> RunAsync(
        Caller caller, AssetName name, string from, string to, IReadOnlyList<string> key, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        var (before, after) = (await FindAsync(caller, name, from, ct), await FindAsync(caller, name, to, ct));
        var files = FileComparison.Of(await content.GetTreeAsync(before.Tree, ct), await content.GetTreeAsync(after.Tree, ct));
        var table = await TableAsync(before, ct) is { } left && await TableAsync(after, ct) is { } right
            ? await CompareAsync((before, left), (after, right), key, ct)
            : key.Count > 0
                ? throw SlipwayException.Invalid($"key: {before.Node} and {after.Node} are not both tables.")
                : null;
        return new DataDiff(before.Node, after.Node, files, table);
    }

    private async Task<DataVersion> FindAsync(Caller caller, AssetName name, string version, CancellationToken ct) =>
        await versions.FindAsync(caller.Workspace, name, version, ct) ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");

    /// <summary>Null when the version is no table.</summary>
    private async Task<LakeTable?> TableAsync(DataVersion version, CancellationToken ct)
    {
        try
        {
            return await tables.TableAsync(version.Tree, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.InvalidParameter)
        {
            return null;
        }
    }

    private async Task<TableDiff> CompareAsync(
        (DataVersion Version, LakeTable Table) from, (DataVersion Version, LakeTable Table) to, IReadOnlyList<string> key, CancellationToken ct)
    {
        var (left, right) = (await tables.PartsAsync(from.Version.Tree, ct), await tables.PartsAsync(to.Version.Tree, ct));
        using var connection = tables.ConnectSandboxed([.. from.Table.Files, .. to.Table.Files], []);
        var (before, after) = (Columns(connection, from, Own(from.Table, left, right), ct), Columns(connection, to, Own(to.Table, right, left), ct));
        var rows = UnreadableTable.Explain(() => new RowComparison(connection, before, after, ct).Run(key), from.Table);
        return new TableDiff(
            Compare(before.Columns, after.Columns),
            rows,
            ColumnComparison.Of(await profiles.OfTreeAsync(from.Version.Tree, ct), await profiles.OfTreeAsync(to.Version.Tree, ct)));
    }

    private static ComparedTable Columns(DuckDbConnection connection, (DataVersion Version, LakeTable Table) of, string own, CancellationToken ct) =>
        UnreadableTable.Explain(
            () => new ComparedTable(of.Version.Node, of.Table.Expression, own, TableColumns.Read(connection, of.Table.Expression, ct)), of.Table);

    /// <summary>The rows of the files that the other version has not, with all columns of the table.</summary>
    private static string Own(LakeTable table, IReadOnlyList<TablePart> parts, IReadOnlyList<TablePart> others)
    {
        if (!parts.All(part => part.IsColumnar))
            return table.Expression;
        var there = others.CountBy(part => part.Digest).ToDictionary();
        var own = new List<string>();
        foreach (var part in parts)
        {
            if (there.GetValueOrDefault(part.Digest) is var times and > 0)
                there[part.Digest] = times - 1;
            else
                own.AddRange(part.Table.Files);
        }

        if (own.Count == parts.Count)
            return table.Expression;
        var columns = $"(select * from {table.Expression} limit 0)";
        return own.Count == 0 ? columns : $"(select * from {LakeFormats.Expression(".parquet", "none", own, [])} union all by name {columns})";
    }

    private static ColumnsDiff Compare(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) => new(
        [.. after.Where(column => !before.ContainsKey(column.Key)).Select(column => new DiffColumn(column.Key, column.Value))],
        [.. before.Where(column => !after.ContainsKey(column.Key)).Select(column => new DiffColumn(column.Key, column.Value))],
        [
            .. before.Where(column => after.TryGetValue(column.Key, out var type) && type != column.Value)
                .Select(column => new RetypedColumn(column.Key, column.Value, after[column.Key])),
        ]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DataDiff))]
internal sealed partial class DiffJson : JsonSerializerContext;
