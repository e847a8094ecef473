using System.Data.Common;
using System.Globalization;
using Slipway.Data;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Runs;

/// <summary>Reads whole runs: for many at once one query per kind of thing that belongs to them.</summary>
internal sealed class RunReader(Database database, MetricKeys keys)
{
    private const int RunsPerQuery = 500;

    public async Task<RunRecord> ReadAsync(RunRow row, CancellationToken ct) => (await ReadAsync([row], ct))[0];

    public async Task<IReadOnlyList<RunRecord>> ReadAsync(IReadOnlyList<RunRow> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
            return [];
        var records = new List<RunRecord>(rows.Count);
        await using var connection = await database.OpenAsync(ct);
        foreach (var chunk in rows.Chunk(RunsPerQuery))
        {
            var parts = chunk.ToDictionary(row => row.No, row => new Parts());
            await ReadMetricsAsync(connection, parts, ct);
            await ReadPairsAsync(connection, parts, "params", part => part.Params, ct);
            await ReadPairsAsync(connection, parts, "run_tags", part => part.Tags, ct);
            await ReadDatasetsAsync(connection, parts, ct);
            await ReadModelsAsync(connection, parts, ct);
            records.AddRange(chunk.Select(row => parts[row.No].ToRecord(row)));
        }

        return records;
    }

    private async Task ReadMetricsAsync(DbConnection connection, Dictionary<long, Parts> parts, CancellationToken ct)
    {
        var numbers = new List<(Parts Parts, StoredPoint Point)>();
        await ForEachAsync(
            connection,
            $"select run_no, key_no, time, step, value, is_nan from latest_metrics where {Among("run_no")}",
            parts,
            (part, row) => numbers.Add((part, new StoredPoint(
                row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetDouble(4), row.GetBoolean(5)))),
            ct);
        foreach (var (part, point) in numbers)
            part.Metrics.Add(new LatestMetric(await keys.NameAsync(connection, point.KeyNo, ct), point.Shown, point.Step, point.Time));
        foreach (var part in parts.Values)
            part.Metrics.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
    }

    private async Task ReadPairsAsync(
        DbConnection connection, Dictionary<long, Parts> parts, string table, Func<Parts, List<KeyValue>> list, CancellationToken ct)
    {
        await ForEachAsync(
            connection,
            $"select run_no, key, value from {table} where {Among("run_no")}",
            parts,
            (part, row) => list(part).Add(new KeyValue(row.GetString(1), row.GetString(2))),
            ct);
        foreach (var part in parts.Values)
            list(part).Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
    }

    private async Task ReadDatasetsAsync(DbConnection connection, Dictionary<long, Parts> parts, CancellationToken ct)
    {
        var found = false;
        await ForEachAsync(
            connection,
            $"""
            select i.run_no, i.dataset_no, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
            from run_inputs i join datasets d on d.no = i.dataset_no
            where {Among("i.run_no")} order by i.run_no, i.position, i.dataset_no
            """,
            parts,
            (part, row) =>
            {
                found = true;
                part.Datasets.Add(row.GetInt64(1), new DatasetInput(DatasetOf(row), new List<KeyValue>()));
            },
            ct);
        if (!found)
            return;
        await ForEachAsync(
            connection,
            $"""
            select run_no, dataset_no, key, value from run_input_tags
            where {Among("run_no")} order by run_no, dataset_no, position
            """,
            parts,
            (part, row) => ((List<KeyValue>)part.Datasets[row.GetInt64(1)].Tags).Add(new KeyValue(row.GetString(2), row.GetString(3))),
            ct);
    }

    private static Dataset DatasetOf(DbDataReader row) => new()
    {
        Name = row.GetString(2),
        Digest = row.GetString(3),
        SourceType = row.GetString(4),
        Source = row.GetString(5),
        Schema = row.IsDBNull(6) ? null : row.GetString(6),
        Profile = row.IsDBNull(7) ? null : row.GetString(7),
    };

    private async Task ReadModelsAsync(DbConnection connection, Dictionary<long, Parts> parts, CancellationToken ct)
    {
        await ForEachAsync(
            connection,
            $"select run_no, model_id from run_model_inputs where {Among("run_no")} order by run_no, model_id",
            parts,
            (part, row) => part.ModelInputs.Add(row.GetString(1)),
            ct);
        await ForEachAsync(
            connection,
            $"select run_no, model_id, step from run_model_outputs where {Among("run_no")} order by run_no, step, model_id",
            parts,
            (part, row) => part.ModelOutputs.Add(new ModelOutput { ModelId = row.GetString(1), Step = row.GetInt64(2) }),
            ct);
    }

    // One text for any number of runs, so that SQLite's statement is prepared once.
    private string Among(string column) => database.Provider == DatabaseProvider.Sqlite
        ? $"{column} in (select value from json_each(@Runs))"
        : $"{column} = any(@Runs)";

    private async Task ForEachAsync(
        DbConnection connection, string sql, Dictionary<long, Parts> parts, Action<Parts, DbDataReader> read, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var parameter = command.CreateParameter();
        parameter.ParameterName = "Runs";
        parameter.Value = database.Provider == DatabaseProvider.Sqlite
            ? $"[{string.Join(',', parts.Keys.Select(no => no.ToString(CultureInfo.InvariantCulture)))}]"
            : parts.Keys.ToArray();
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            read(parts[reader.GetInt64(0)], reader);
    }

    private sealed class Parts
    {
        public List<LatestMetric> Metrics { get; } = [];

        public List<KeyValue> Params { get; } = [];

        public List<KeyValue> Tags { get; } = [];

        public Dictionary<long, DatasetInput> Datasets { get; } = [];

        public List<string> ModelInputs { get; } = [];

        public List<ModelOutput> ModelOutputs { get; } = [];

        public RunRecord ToRecord(RunRow row) => new()
        {
            Row = row,
            Metrics = Metrics,
            Params = Params,
            Tags = Tags,
            Datasets = [.. Datasets.Values],
            ModelInputs = ModelInputs,
            ModelOutputs = ModelOutputs,
        };
    }
}
