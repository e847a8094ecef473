using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Artifacts;

/// <summary>Uploads in parts that nobody finished are given up.</summary>
internal sealed class UploadRetention(Database database, UploadStore uploads, TimeProvider time) : IContentRetention
{
    public string Name => "unfinished uploads";

    public async Task<int> ApplyAsync(RetentionRules rules, bool dryRun, CancellationToken ct)
    {
        if (RetentionRules.Before(time.UtcNow(), rules.UnfinishedUploadDays) is not { } before)
            return 0;

        var abandoned = await database.QueryAsync<string>(
            "select id from artifact_uploads where created_at < @Before", new { Before = before }, ct);
        foreach (var id in abandoned.Where(_ => !dryRun))
            await uploads.DeleteAsync(id, ct);
        return abandoned.Count;
    }
}
