using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.LoggedModels;

/// <summary>Puts logged models together from their rows: their params, tags and points, many models at a time.</summary>
internal sealed class LoggedModelReader(Database database, MetricKeys keys)
{
    public async Task<IReadOnlyList<LoggedModel>> ReadAsync(IReadOnlyList<LoggedModelRow> rows, CancellationToken ct)
    {
        var models = new List<LoggedModel>(rows.Count);
        await using var connection = await database.OpenAsync(ct);
        foreach (var chunk in rows.Chunk(500))
        {
            var ids = new { Ids = chunk.Select(row => row.Id).ToArray() };
            var among = database.Dialect.AnyOf("model_id", "@Ids");
            var parameters = await TextsAsync(connection, $"select model_id, key, value from logged_model_params where {among} order by model_id, key", ids, ct);
            var tags = await TextsAsync(connection, $"select model_id, key, value from logged_model_tags where {among} order by model_id, key", ids, ct);
            var points = await PointsAsync(connection, among, ids, ct);
            models.AddRange(chunk.Select(row => new LoggedModel
            {
                Row = row,
                Params = [.. parameters[row.Id]],
                Tags = [.. tags[row.Id]],
                Metrics = [.. points[row.Id]],
            }));
        }

        return models;
    }

    private static async Task<ILookup<string, KeyValue>> TextsAsync(DbConnection connection, string sql, object ids, CancellationToken ct) =>
        (await connection.QueryAsync<TextRow>(new CommandDefinition(sql, ids, cancellationToken: ct)))
            .ToLookup(row => row.ModelId, row => new KeyValue(row.Key, row.Value));

    private async Task<ILookup<string, ModelPoint>> PointsAsync(
        DbConnection connection, string among, object ids, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<PointRow>(new CommandDefinition(
            $"""
            select model_id, key_no, time, step, run_id, dataset_name, dataset_digest, value, is_nan
            from logged_model_metrics where {among} order by model_id, time, step
            """,
            ids,
            cancellationToken: ct))).AsList();
        var names = new Dictionary<long, string>();
        foreach (var number in rows.Select(row => row.KeyNo).Distinct())
            names[number] = await keys.NameAsync(connection, number, ct);
        return rows.ToLookup(row => row.ModelId, row => new ModelPoint
        {
            Key = names[row.KeyNo],
            Value = row.IsNan ? double.NaN : row.Value,
            Time = row.Time,
            Step = row.Step,
            RunId = row.RunId,
            DatasetName = row.DatasetName,
            DatasetDigest = row.DatasetDigest,
        });
    }

    private sealed record TextRow
    {
        public required string ModelId { get; init; }

        public required string Key { get; init; }

        public required string Value { get; init; }
    }

    private sealed record PointRow
    {
        public required string ModelId { get; init; }

        public required long KeyNo { get; init; }

        public required long Time { get; init; }

        public required long Step { get; init; }

        public required string RunId { get; init; }

        public required string DatasetName { get; init; }

        public required string DatasetDigest { get; init; }

        public required double Value { get; init; }

        public required bool IsNan { get; init; }
    }
}
