using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Serving.Edge;

/// <summary>What data planes elsewhere told last.</summary>
internal sealed class InstanceStore(Database database, TimeProvider time)
{
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(7);

    /// <summary>Those that were silent for a week are forgotten.</summary>
    public Task PutAsync(WorkspaceName workspace, string endpoint, EdgeReport report, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            var parameters = new
            {
                Workspace = workspace.Value,
                Endpoint = endpoint,
                report.Instance,
                Report = JsonSerializer.Serialize(report, EdgeJson.Default.EdgeReport),
                Now = time.UtcNow(),
                Oldest = (time.GetUtcNow() - s_kept).ToUnixTimeMilliseconds(),
            };
            await tx.ExecuteAsync(
                "delete from serving_instances where workspace = @Workspace and endpoint = @Endpoint and seen_at < @Oldest", parameters, token);
            await tx.ExecuteAsync(
                """
                insert into serving_instances (workspace, endpoint, instance, report, seen_at)
                values (@Workspace, @Endpoint, @Instance, @Report, @Now)
                on conflict (workspace, endpoint, instance) do update set report = excluded.report, seen_at = excluded.seen_at
                """,
                parameters,
                token);
        },
        ct);

    /// <summary>By their ids, which ascend with their start.</summary>
    public Task<IReadOnlyList<Row>> ListAsync(WorkspaceName workspace, string endpoint, CancellationToken ct) => database.QueryAsync<Row>(
        "select report, seen_at from serving_instances where workspace = @Workspace and endpoint = @Endpoint order by instance",
        new { Workspace = workspace.Value, Endpoint = endpoint },
        ct);

    public sealed record Row
    {
        public required string Report { get; init; }

        public required long SeenAt { get; init; }
    }
}
