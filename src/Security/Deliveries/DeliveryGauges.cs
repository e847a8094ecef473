using Slipway.Data;
using Slipway.Kernel.Metrics;

namespace Slipway.Security.Deliveries;

/// <summary>Deliveries that are on their way, and those that were given up.</summary>
internal sealed class DeliveryGauges(Database database) : IGaugeSource
{
    private const string Deliveries = "slipway_deliveries";

    public IReadOnlyList<GaugeName> Gauges { get; } = [new(Deliveries, "Deliveries that wait for their next attempt, or were given up (dead).")];

    public async Task<IReadOnlyList<GaugeReading>> ReadAsync(CancellationToken ct)
    {
        var counts = await database.QueryAsync<(string Workspace, string State, long Count)>(
            "select workspace, state, count(*) from deliveries where state in ('waiting', 'dead') group by workspace, state order by workspace, state", null, ct);
        return [.. counts.Select(row => GaugeReading.Of(Deliveries, row.Count, ("workspace", row.Workspace), ("state", row.State)))];
    }
}
