using System.Text.RegularExpressions;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Columns;

/// <summary>Keeps what the columns of a query over data versions and other tables were made from.</summary>
internal sealed partial class QueryTrace(ColumnStore store, ILakeTables tables) : IQueryTrace
{
    public async Task KeepAsync(Caller caller, string sql, DataVersion version, CancellationToken ct)
    {
        var relations = new Dictionary<string, IReadOnlyList<TracedColumn>>();
        await AddVersionsAsync(caller, sql, relations, ct);
        var made = await tables.TableAsync(version.Tree, ct);
        using var connection = tables.ConnectSandboxed(made.Files, []);
        await KeepAsync(caller, connection, sql, relations, [.. TableColumns.Read(connection, made.Expression, ct).Keys], version.Node, ct);
    }

    /// <param name="relations">The tables that the query names.</param>
    /// <param name="names">Of the columns that it gave.</param>
    /// <param name="node">What they are columns of now.</param>
    /// <returns>False: the query has a part that is not understood, and nothing is claimed.</returns>
    public async Task<bool> KeepAsync(
        Caller caller, DuckDbConnection connection, string sql, IReadOnlyDictionary<string, IReadOnlyList<TracedColumn>> relations,
        IReadOnlyList<string> names, string node, CancellationToken ct)
    {
        var columns = QueryColumns.Of(connection, sql, relations, ct);
        if (columns is null || columns.Count != names.Count)
            return false;

        await store.AddAsync([.. columns.SelectMany((column, i) => column.Origins.Select(origin => new ColumnEdge
        {
            Workspace = caller.Workspace.Value,
            Node = node,
            Name = names[i],
            FromNode = origin.Node,
            FromName = origin.Column,
            Kind = column.Kind,
        }))], ct);
        return true;
    }

    /// <summary>The versions that the query names.</summary>
    public async Task AddVersionsAsync(
        Caller caller, string sql, Dictionary<string, IReadOnlyList<TracedColumn>> relations, CancellationToken ct)
    {
        foreach (Match match in Reference().Matches(sql))
            relations[match.Groups[1].Value] = await VersionAsync(caller, match.Groups[1].Value, ct);
    }

    /// <param name="reference">data:airports@2</param>
    public async Task<IReadOnlyList<TracedColumn>> VersionAsync(Caller caller, string reference, CancellationToken ct)
    {
        var bound = await tables.BindAsync(caller, $"'{reference}'", ct);
        using var connection = tables.ConnectSandboxed(bound.Files, []);
        return Own(connection, bound.Sql, bound.Reads[0].Node, ct);
    }

    /// <summary>The columns of a table, as they are.</summary>
    public static IReadOnlyList<TracedColumn> Own(DuckDbConnection connection, string table, string node, CancellationToken ct) =>
        [.. TableColumns.Read(connection, table, ct).Keys.Select(name => new TracedColumn(name, [new ColumnOrigin(node, name)], "identity"))];

    // 'data:airports@2'
    [GeneratedRegex("'(data:[^']+)'")]
    private static partial Regex Reference();
}
