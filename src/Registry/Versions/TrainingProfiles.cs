using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Statistics.Drift;
using Slipway.Tracking.Contracts;

namespace Slipway.Registry.Versions;

internal sealed class TrainingProfiles(ITracking tracking, ContentStore content) : ITrainingProfiles
{
    public async Task<TrainingProfile?> FindAsync(Caller caller, ModelVersion version, CancellationToken ct)
    {
        var entry = await content.FindFileAsync(version.Tree, TrainingProfile.FileName, ct)
            ?? Below(await content.GetTreeAsync(version.Tree, ct));
        if (entry is null && version.RunId is { } run && await tracking.FindRunAsync(caller, run, ct) is not null)
        {
            var artifacts = await tracking.ArtifactsAsync(caller, run, ct);
            entry = artifacts.Find(TrainingProfile.FileName) ?? Below(artifacts);
        }

        return entry is null ? null : TrainingProfile.Parse(await content.ReadAllAsync(entry.Digest, ct));
    }

    private static TreeEntry? Below(Tree tree) =>
        tree.Entries.FirstOrDefault(entry => entry.Path.EndsWith("/" + TrainingProfile.FileName, StringComparison.Ordinal));
}
