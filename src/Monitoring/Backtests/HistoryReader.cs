using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Backtests;

/// <summary>Reads what is to be replayed.</summary>
internal sealed class HistoryReader(ILakeTables lake, IDataAssets assets, ICollectedData collected)
{
    private const string Name = "history";

    /// <summary>What an endpoint collected.</summary>
    public async Task<History> CollectedAsync(
        DuckDbConnection connection, Caller caller, string endpoint, TimeWindow window, CancellationToken ct)
    {
        var query = await collected.QueryAsync(caller, endpoint, window, ct)
            ?? throw SlipwayException.Invalid($"Nothing was collected from '{endpoint}' in this time; name a data asset to replay.");
        return Make(connection, $"select epoch_us(event_time) as event_us, * exclude (event_time), hash(prediction_id) as tie from ({query})", ct);
    }

    public async Task<History> AssetAsync(DuckDbConnection connection, Caller caller, HistorySource source, CancellationToken ct)
    {
        var parts = source.Data!.Replace("azureml:", "", StringComparison.Ordinal).Split(':', '@');
        var version = await assets.FindAsync(caller, AssetName.Parse(parts[0]), parts.ElementAtOrDefault(1), ct)
            ?? throw SlipwayException.NotFound("Data version", source.Data);
        var table = await lake.TableAsync(version.Tree, ct);
        var types = TableColumns.Read(connection, table.Expression, ct);
        string?[] named = [source.Time, source.TargetColumn, source.PredictionColumn];
        foreach (var column in named.OfType<string>().Concat(source.Features ?? []))
        {
            if (!types.ContainsKey(column))
                throw SlipwayException.Invalid($"{version.Node} has no column '{column}'.{Nearest.Hint(column, types.Keys)} It has: {string.Join(", ", types.Keys)}.");
        }

        string[] features = [.. source.Features ?? types.Keys.Except(named.OfType<string>(), StringComparer.OrdinalIgnoreCase)];
        if (features.Length == 0)
            throw SlipwayException.Invalid($"{version.Node} has no column besides {string.Join(", ", named.OfType<string>())}; there is nothing to look at.");
        return Make(connection, Sql(source, table.Expression, features), ct);
    }

    private static string Sql(HistorySource source, string table, string[] features)
    {
        var time = DuckDbSql.Identifier(source.Time);
        var columns = features.Select(feature => $"{DuckDbSql.Identifier(feature)} as {DuckDbSql.Identifier("input_" + feature)}");
        return $"""
            select epoch_us(cast({time} as timestamp)) as event_us, hash({string.Join(", ", features.Select(DuckDbSql.Identifier))}) as tie,
                null::varchar as prediction_id, '' as deployment, 0 as model_version, {string.Join(", ", columns)},
                {Number(source.PredictionColumn)} as output_score, {Number(source.TargetColumn)} as label, null::timestamptz as label_time
            from {table} where {time} is not null
            """;
    }

    private static string Number(string? column) => column is null ? "null::double" : $"try_cast({DuckDbSql.Identifier(column)} as double)";

    private static History Make(DuckDbConnection connection, string sql, CancellationToken ct)
    {
        connection.Execute(
            $"create temp table {Name} as select row_number() over (order by event_us, tie) as row_id, * exclude (tie) from ({sql}) order by row_id", ct);
        using var result = connection.Query($"select min(event_us), max(event_us) from {Name}", ct);
        return result.Read(row => (row.Get<long?>(0), row.Get<long?>(1)))[0] is ({ } first, { } last)
            ? new History(connection, Name, new TimeWindow(Time(first), Time(last)))
            : throw SlipwayException.Invalid("The history has no rows.");
    }

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
