using System.Collections.Frozen;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>What a model says about itself.</summary>
public sealed record OnnxMetadata
{
    public required string Producer { get; init; }

    public required string GraphName { get; init; }

    public required string Domain { get; init; }

    public required string Description { get; init; }

    public required long Version { get; init; }

    /// <summary>The version of the file format.</summary>
    public required long IrVersion { get; init; }

    /// <summary>Versions of operator sets by domain; ONNX's own domain is the empty text.</summary>
    public required FrozenDictionary<string, long> Opsets { get; init; }

    /// <summary>The model's metadata_props.</summary>
    public required FrozenDictionary<string, string> Custom { get; init; }
}
