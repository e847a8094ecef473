using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>The SQL of table deployment_samples.</summary>
internal sealed class SampleStore(Database database)
{
    private const string Columns = "workspace, endpoint, deployment, at, request_count, row_count, error_count, dropped_count, seconds, latencies";

    public Task AddAsync(IReadOnlyList<DeploymentSample> samples, CancellationToken ct) => database.ExecuteAsync(
        $"""
         insert into deployment_samples ({Columns})
         values (@Workspace, @Endpoint, @Deployment, @At, @RequestCount, @RowCount, @ErrorCount, @DroppedCount, @Seconds, @Latencies)
         """,
        samples,
        ct);

    /// <summary>In the order of time; the window's begin is outside and its end inside, since a sample tells what was before it.</summary>
    /// <param name="deployment">Null: of all of the endpoint.</param>
    public Task<IReadOnlyList<DeploymentSample>> ListAsync(
        WorkspaceName workspace, string endpoint, string? deployment, TimeWindow window, CancellationToken ct) => database.QueryAsync<DeploymentSample>(
        $"""
         select {Columns} from deployment_samples
         where workspace = @Workspace and endpoint = @Endpoint and (cast(@Deployment as text) is null or deployment = @Deployment)
               and at > @From and at <= @To
         order by at, id
         """,
        new
        {
            Workspace = workspace.Value,
            Endpoint = endpoint,
            Deployment = deployment,
            From = window.From.ToUnixTimeMilliseconds(),
            To = window.To.ToUnixTimeMilliseconds(),
        },
        ct);

    /// <summary>Null: nothing is known of it.</summary>
    public Task<long?> FirstAsync(WorkspaceName workspace, string endpoint, string deployment, CancellationToken ct) => database.FindAsync<long?>(
        "select min(at) from deployment_samples where workspace = @Workspace and endpoint = @Endpoint and deployment = @Deployment",
        new { Workspace = workspace.Value, Endpoint = endpoint, Deployment = deployment },
        ct);

    public Task<int> DeleteAsync(long before, CancellationToken ct) =>
        database.ExecuteAsync("delete from deployment_samples where at < @Before", new { Before = before }, ct);
}
