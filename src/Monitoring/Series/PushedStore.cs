using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Retraining;

namespace Slipway.Monitoring.Series;

/// <summary>The SQL of tables pushed_series and pushed_points.</summary>
internal sealed class PushedStore(Database database, TimeProvider time)
{
    /// <summary>A point that comes again replaces the one before.</summary>
    public Task AddAsync(WorkspaceName workspace, IReadOnlyList<PushedPoint> points, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            // In the order of the key: two batches wait for each other and never in a circle.
            foreach (var series in points.GroupBy(point => point.Series).OrderBy(group => group.Key.Name, StringComparer.Ordinal).ThenBy(group => group.Key.Labels, StringComparer.Ordinal))
            {
                var key = new { Workspace = workspace.Value, series.Key.Name, series.Key.Labels, Now = time.UtcNow() };
                await tx.ExecuteAsync(
                    """
                    insert into pushed_series (workspace, name, labels, created_at) values (@Workspace, @Name, @Labels, @Now)
                    on conflict (workspace, name, labels) do nothing
                    """,
                    key,
                    token);
                var id = await tx.FindAsync<long?>(
                    "select id from pushed_series where workspace = @Workspace and name = @Name and labels = @Labels", key, token);
                await tx.ExecuteAsync(
                    """
                    insert into pushed_points (series, at, value) values (@Series, @At, @Value)
                    on conflict (series, at) do update set value = excluded.value
                    """,
                    series.DistinctBy(point => point.At).OrderBy(point => point.At).Select(point => new { Series = id!.Value, point.At, point.Value }).ToList(),
                    token);
            }
        },
        ct);

    /// <param name="name">Null: all.</param>
    public Task<IReadOnlyList<PushedSeries>> ListAsync(WorkspaceName workspace, string? name, CancellationToken ct) => database.QueryAsync<PushedSeries>(
        """
        select id, name, labels, created_at from pushed_series
        where workspace = @Workspace and (cast(@Name as text) is null or name = @Name) order by name, labels
        """,
        new { Workspace = workspace.Value, Name = name },
        ct);

    /// <summary>The last ones of a window, whose begin is outside and whose end is inside, in the order of time.</summary>
    public async Task<IReadOnlyList<PointRow>> PointsAsync(long series, long from, long to, int most, CancellationToken ct)
    {
        var rows = await database.QueryAsync<PointRow>(
            "select at, value from pushed_points where series = @Series and at > @From and at <= @To order by at desc limit @Most",
            new { Series = series, From = from, To = to, Most = most },
            ct);
        return [.. rows.Reverse()];
    }

    /// <summary>Of this name, with all labels; the number of series.</summary>
    public Task<int> DeleteAsync(WorkspaceName workspace, string name, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            var key = new { Workspace = workspace.Value, Name = name };
            await tx.ExecuteAsync("delete from pushed_points where series in (select id from pushed_series where workspace = @Workspace and name = @Name)", key, token);
            return await tx.ExecuteAsync("delete from pushed_series where workspace = @Workspace and name = @Name", key, token);
        },
        ct);
}

internal sealed record PushedSeries
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string Labels { get; init; }

    public required long CreatedAt { get; init; }

    public IReadOnlyDictionary<string, string> ReadLabels() =>
        JsonSerializer.Deserialize(Labels, MonitoringJson.Default.IReadOnlyDictionaryStringString)!;
}

internal sealed record PointRow
{
    public required long At { get; init; }

    public required double Value { get; init; }
}
