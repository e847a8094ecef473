using Slipway.Registry.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Training.Export;

/// <summary>A model that may be written: both engines were asked and agree.</summary>
internal sealed record TrainedModel
{
    public required byte[] Onnx { get; init; }

    public required byte[] XgboostJson { get; init; }

    public required ModelSignature Signature { get; init; }

    public required TrainingProfile Profile { get; init; }

    /// <summary>For each feature that a tree uses, what its splits gained.</summary>
    public required IReadOnlyDictionary<string, float> Gains { get; init; }

    public required double LargestDifference { get; init; }

    /// <summary>Area under the ROC curve on the validation rows; null when there is none.</summary>
    public required double? ValidAuc { get; init; }
}
