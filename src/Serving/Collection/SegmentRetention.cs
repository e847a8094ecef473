using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving.Online;

namespace Slipway.Serving.Collection;

/// <summary>Answers, labels and profiles that are older than their endpoint's retention_days are forgotten.</summary>
internal sealed class SegmentRetention(Database database, EndpointStore endpoints, TimeProvider time) : IContentRetention
{
    public string Name => "collected answers";

    public async Task<int> ApplyAsync(RetentionRules rules, bool dryRun, CancellationToken ct)
    {
        var records = 0;
        foreach (var (workspace, endpoint) in await endpoints.ListAllAsync(ct))
        {
            if (endpoint.Settings.RetentionDays is not { } days || RetentionRules.Before(time.UtcNow(), days) is not { } before)
                continue;
            foreach (var table in new[] { "collected_segments", "label_segments", "answer_profiles" })
            {
                var rows = $"from {table} where workspace = @Workspace and endpoint = @Endpoint and created_at < @Before";
                var parameters = new { Workspace = workspace.Value, Endpoint = endpoint.Name, Before = before };
                records += dryRun
                    ? await database.FindAsync<int>($"select count(*) {rows}", parameters, ct)
                    : await database.ExecuteAsync($"delete {rows}", parameters, ct);
            }
        }

        return records;
    }
}
