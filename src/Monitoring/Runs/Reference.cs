using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Runs;

/// <summary>Finds a model version, and the training profile of one.</summary>
internal sealed class References(IModelRegistry registry, ITrainingProfiles training)
{
    public async Task<ModelVersion> VersionAsync(Caller caller, string model, int number, CancellationToken ct) =>
        await registry.FindAsync(caller, $"{model}:{number}", ct)
        ?? throw SlipwayException.NotFound("Model version", $"{model}:{number}");

    /// <summary>Null when the version has none.</summary>
    public Task<TrainingProfile?> FindAsync(Caller caller, ModelVersion version, CancellationToken ct) => training.FindAsync(caller, version, ct);
}
