using System.Text.Json.Nodes;
using Slipway.Data;

namespace Slipway.Serving.Batch;

/// <summary>A stable name in front of deployments that score much at a time, as jobs.</summary>
internal sealed record BatchEndpoint
{
    public required string Name { get; init; }

    /// <summary>Who is asked when an invocation names none.</summary>
    public string? DefaultDeployment { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required IReadOnlyList<BatchDeployment> Deployments { get; init; }

    public string Node => $"batch-endpoint:{Name}";

    /// <summary>The deployment of this name, or the default one.</summary>
    public BatchDeployment Choose(string? deployment)
    {
        var name = deployment ?? DefaultDeployment
            ?? throw new Kernel.SlipwayException(
                Kernel.ErrorCode.NotFound,
                $"Batch endpoint '{Name}' has no default deployment; name one, or set it with defaults.deployment_name.");
        return Deployments.FirstOrDefault(known => known.Name == name)
            ?? throw Kernel.SlipwayException.NotFound("Batch deployment", $"{Name}/{name}");
    }
}

/// <summary>What an invocation runs: a model over mini-batches, or a pipeline.</summary>
internal sealed record BatchDeployment
{
    public const string OfModel = "model";
    public const string OfPipeline = "pipeline";

    public required string Endpoint { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary>Null of a pipeline.</summary>
    public string? Model { get; init; }

    public int? ModelVersion { get; init; }

    /// <summary>Azure ML's form, with all settings under "settings".</summary>
    public required JsonObject Definition { get; init; }

    /// <summary>The file's name, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>The trees of its local paths.</summary>
    public required IReadOnlyDictionary<string, Digest> Files { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string Node => $"batch-deployment:{Endpoint}/{Name}";
}
