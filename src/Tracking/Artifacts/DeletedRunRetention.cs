using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Artifacts;

/// <summary>Runs that were deleted longer ago than the rules allow lose their artifacts; their numbers stay.</summary>
internal sealed class DeletedRunRetention(Database database, ArtifactStore artifacts, TimeProvider time) : IContentRetention
{
    public string Name => "deleted runs";

    public async Task<int> ApplyAsync(RetentionRules rules, bool dryRun, CancellationToken ct)
    {
        if (RetentionRules.Before(time.UtcNow(), rules.DeletedRunDays) is not { } before)
            return 0;

        var count = 0;
        foreach (var run in await database.QueryAsync<Row>(
            "select workspace, artifact_uri from runs where deleted and deleted_at < @Before", new { Before = before }, ct))
        {
            var workspace = WorkspaceName.Parse(run.Workspace);
            if (ArtifactPath.OfUri(run.ArtifactUri) is not { IsRoot: false } folder || await artifacts.FindAsync(workspace, folder, ct) is null)
                continue;
            count++;
            if (!dryRun)
                await artifacts.DeleteAsync(workspace, folder, ct);
        }

        return count;
    }

    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string ArtifactUri { get; init; }
    }
}
