using Slipway.Kernel;
using Slipway.Statistics.Drift;

namespace Slipway.Registry.Contracts;

/// <summary>Finds what a model version learned from: beside the model, else among the artifacts of its run.</summary>
public interface ITrainingProfiles
{
    /// <summary>Null when the version has none; InvalidParameter when it cannot be read.</summary>
    Task<TrainingProfile?> FindAsync(Caller caller, ModelVersion version, CancellationToken ct);
}
