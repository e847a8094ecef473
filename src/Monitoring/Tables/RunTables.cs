using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Tables;

/// <summary>The tables of one monitor run: each window and each asset is opened once, however many signals look at it.</summary>
internal sealed class RunTables(
    DuckDbConnection connection, ILakeTables lake, IDataAssets assets, ICollectedData collected, Caller caller, MonitorDefinition monitor)
{
    private readonly Dictionary<TimeWindow, DataTable?> _windows = [];
    private readonly Dictionary<string, DataTable> _assets = [];
    private int _count;

    public DuckDbConnection Connection => connection;

    /// <summary>Profiles of what was answered; null: of the past there are only rows.</summary>
    public IAnswerProfiles? Profiles { get; init; }

    /// <summary>Null when nothing was collected in the window.</summary>
    public async Task<DataTable?> CollectedAsync(TimeWindow window, CancellationToken ct)
    {
        if (_windows.TryGetValue(window, out var known))
            return known;
        var query = await collected.QueryAsync(caller, monitor.Endpoint, window, ct);
        return _windows[window] = query is null ? null : Collected(query, window, ct);
    }

    /// <param name="sources">More than one are joined by their correlation_id.</param>
    public async Task<DataTable> AssetAsync(IReadOnlyList<DataSource> sources, TimeWindow window, CancellationToken ct)
    {
        var columns = sources.SelectMany(source => source.Columns).DistinctBy(pair => pair.Key).ToDictionary();
        var parts = new List<(string Sql, string Node, string? Key)>();
        foreach (var source in sources)
            parts.Add(await PartAsync(source, window, ct));
        var sql = parts[0].Sql;
        for (var i = 1; i < parts.Count; i++)
        {
            if (parts[0].Key is not { } left || parts[i].Key is not { } right)
                throw SlipwayException.Invalid($"{parts[0].Node} and {parts[i].Node} cannot be joined; name the correlation_id of each in data_column_names.");
            sql = $"select a.*, b.* exclude ({DuckDbSql.Identifier(right)}) from ({sql}) a join ({parts[i].Sql}) b "
                + $"on cast(a.{DuckDbSql.Identifier(left)} as varchar) = cast(b.{DuckDbSql.Identifier(right)} as varchar)";
        }

        return _assets.TryGetValue(sql, out var known)
            ? known
            : _assets[sql] = Asset(sql, string.Join(" with ", parts.Select(part => part.Node)), columns, ct);
    }

    private DataTable? Collected(string query, TimeWindow window, CancellationToken ct)
    {
        // The query joins labels and drops repeated ids, which is to be done once and not for each look.
        var name = $"window_{++_count}";
        Connection.Execute(
            $"create or replace temp table {name} as select * exclude (prediction_id, label_time) from ({query})"
            + (monitor.Deployment is null ? "" : $" where deployment = {DuckDbSql.Literal(monitor.Deployment)}"),
            ct);
        using (var result = Connection.Query(
            $"select deployment, model_version, count(*) from {name} group by all order by 3 desc, 1, 2", ct))
        {
            var answered = result.Read(row => (row.Get<string>(0) ?? "", row.Get<int>(1), row.Get<long>(2)));
            if (answered.Count == 0)
                return null;
            var types = Types(name, ct);
            return new DataTable
            {
                Name = name,
                Description = WindowText.Of(window),
                Features = types.Keys.Where(column => column.StartsWith("input_", StringComparison.Ordinal))
                    .ToDictionary(column => column["input_".Length..], column => column),
                Types = types,
                Score = types.ContainsKey("output_score") ? "output_score" : null,
                Label = "label",
                Rows = answered.Sum(one => one.Item3),
                Answered = answered,
            };
        }
    }

    private async Task<(string Sql, string Node, string? Key)> PartAsync(DataSource source, TimeWindow window, CancellationToken ct)
    {
        var parts = source.Asset!.Split(':', '@');
        var version = await assets.FindAsync(caller, AssetName.Parse(parts[0]), parts.ElementAtOrDefault(1), ct)
            ?? throw SlipwayException.NotFound("Data version", source.Asset);
        var table = await lake.TableAsync(version.Tree, ct);
        var time = source.Columns.GetValueOrDefault("timestamp_column");
        var where = time is null ? "" : $" where {DuckDbSql.Identifier(time)} >= {Literal(window.From)} and {DuckDbSql.Identifier(time)} < {Literal(window.To)}";
        return ($"select * from {table.Expression}{where}", version.Node, source.Columns.GetValueOrDefault("correlation_id"));
    }

    private DataTable Asset(string sql, string node, Dictionary<string, string> columns, CancellationToken ct)
    {
        var name = $"asset_{++_count}";
        Connection.Execute($"create or replace temp view {name} as {sql}", ct);
        var types = Types(name, ct);
        if (columns.Values.FirstOrDefault(column => !types.ContainsKey(column)) is { } stranger)
        {
            throw SlipwayException.Invalid(
                $"{node} has no column '{stranger}', which data_column_names says.{Nearest.Hint(stranger, types.Keys)} It has: {string.Join(", ", types.Keys)}.");
        }

        return new DataTable
        {
            Name = name,
            Description = node,
            Features = types.Keys.Except(columns.Values, StringComparer.Ordinal).ToDictionary(column => column, column => column),
            Types = types,
            Score = columns.GetValueOrDefault("prediction_probability") ?? columns.GetValueOrDefault("prediction"),
            Label = columns.GetValueOrDefault("target_column"),
            Rows = Connection.QueryScalar<long>($"select count(*) from {name}", ct),
        };
    }

    private Dictionary<string, string> Types(string table, CancellationToken ct) =>
        TableColumns.Read(Connection, table, ct).ToDictionary(StringComparer.Ordinal);

    private static string Literal(DateTimeOffset time) => $"timestamptz '{time.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}+00'";
}
