using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Scoring;
using Slipway.Statistics.Drift;

namespace Slipway.Serving.Profiles;

/// <summary>Begins to profile a deployment that is being loaded, in the bins of what its model learned from.</summary>
internal sealed partial class OpenProfile(KeepProfiles keep, ITrainingProfiles training, TimeProvider time, ILogger<OpenProfile> logger)
{
    /// <returns>Null when the deployment keeps no profiles.</returns>
    public async Task<ProfileRecorder?> RunAsync(
        WorkspaceName workspace, OnlineDeployment deployment, ModelVersion version, ServedModel model, CollectionRule rule, CancellationToken ct)
    {
        if (!rule.Profiles)
            return null;
        var owner = new ProfileOwner(workspace, deployment.Endpoint, deployment.Name, deployment.Model, deployment.ModelVersion);
        var recorder = new ProfileRecorder(owner, () => ColumnPlan.Create(model, rule), await FindAsync(workspace, version, ct), time);
        keep.Watch(recorder);
        return recorder;
    }

    private async Task<TrainingProfile?> FindAsync(WorkspaceName workspace, ModelVersion version, CancellationToken ct)
    {
        try
        {
            return await training.FindAsync(Caller.System with { Workspace = workspace }, version, ct);
        }
        catch (SlipwayException refusal)
        {
            // A model answers also where what it learned from cannot be read.
            Log.NoReference(logger, version.Node, refusal.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7030, LogLevel.Warning, "{Version} is profiled without the bins of what it learned from: {Why}")]
        public static partial void NoReference(ILogger logger, string version, string why);
    }
}
