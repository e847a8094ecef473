using Slipway.Kernel;
using Slipway.Kernel.Metrics;

namespace Slipway.Data;

/// <summary>How much work waits, for how long, and how many work.</summary>
internal sealed class QueueGauges(Database database, TimeProvider time) : IGaugeSource
{
    private const string Items = "slipway_queue_items";
    private const string Oldest = "slipway_queue_oldest_seconds";
    private const string Workers = "slipway_queue_workers";

    public IReadOnlyList<GaugeName> Gauges { get; } =
    [
        new(Items, "Work by its kind and state: queued, leased, or failed for good and not yet forgotten."),
        new(Oldest, "For how long the oldest work that is due has waited for a worker."),
        new(Workers, "Workers that work, by the kind of their work."),
    ];

    public async Task<IReadOnlyList<GaugeReading>> ReadAsync(CancellationToken ct)
    {
        var now = time.UtcNow();
        await using var connection = await database.OpenAsync(ct);
        var states = await connection.QueryAsync<(string Kind, string State, long Count)>(
            "select kind, state, count(*) from work_items where state <> 'done' group by kind, state order by kind, state", null, ct);
        var due = await connection.QueryAsync<(string Kind, long Since)>(
            "select kind, min(not_before) from work_items where state = 'queued' and not_before <= @Now group by kind order by kind", new { Now = now }, ct);
        var workers = await connection.QueryAsync<(string Kind, long Count)>(
            "select kind, count(distinct owner) from work_items where state = 'leased' group by kind order by kind", null, ct);
        return
        [
            .. states.Select(row => GaugeReading.Of(Items, row.Count, ("kind", row.Kind), ("state", row.State))),
            .. due.Select(row => GaugeReading.Of(Oldest, (now - row.Since) / 1000.0, ("kind", row.Kind))),
            .. workers.Select(row => GaugeReading.Of(Workers, row.Count, ("kind", row.Kind))),
        ];
    }
}
