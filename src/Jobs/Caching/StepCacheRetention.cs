using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Caching;

/// <summary>Results of steps that are older than the rules allow are not taken over any more.</summary>
internal sealed class StepCacheRetention(Database database, TimeProvider time) : IContentRetention
{
    public string Name => "step results";

    public async Task<int> ApplyAsync(RetentionRules rules, bool dryRun, CancellationToken ct)
    {
        if (RetentionRules.Before(time.UtcNow(), rules.StepCacheDays) is not { } before)
            return 0;
        return dryRun
            ? await database.FindAsync<int>("select count(*) from step_cache where created_at < @Before", new { Before = before }, ct)
            : await database.ExecuteAsync("delete from step_cache where created_at < @Before", new { Before = before }, ct);
    }
}
