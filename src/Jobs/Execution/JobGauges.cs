using Slipway.Data;
using Slipway.Kernel.Metrics;

namespace Slipway.Jobs.Execution;

/// <summary>Jobs and steps by their state.</summary>
internal sealed class JobGauges(Database database) : IGaugeSource
{
    private const string Jobs = "slipway_jobs";
    private const string Steps = "slipway_steps_open";

    public IReadOnlyList<GaugeName> Gauges { get; } =
    [
        new(Jobs, "Jobs by their status."),
        new(Steps, "Steps of jobs that are not over, by their kind and status."),
    ];

    public async Task<IReadOnlyList<GaugeReading>> ReadAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var jobs = await connection.QueryAsync<(string Workspace, string Status, long Count)>(
            "select workspace, status, count(*) from jobs group by workspace, status order by workspace, status", null, ct);
        var steps = await connection.QueryAsync<(string Kind, string Status, long Count)>(
            """
            select s.kind, s.status, count(*) from jobs j join job_steps s on s.job_id = j.id
            where j.ended_at is null and s.status in ('NotStarted', 'Queued', 'Running', 'CancelRequested')
            group by s.kind, s.status order by s.kind, s.status
            """,
            null,
            ct);
        return
        [
            .. jobs.Select(row => GaugeReading.Of(Jobs, row.Count, ("workspace", row.Workspace), ("status", row.Status))),
            .. steps.Select(row => GaugeReading.Of(Steps, row.Count, ("kind", row.Kind), ("status", row.Status))),
        ];
    }
}
