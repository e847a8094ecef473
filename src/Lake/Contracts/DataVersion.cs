using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>What a data asset's tree is, in Azure ML's words.</summary>
public enum DataType
{
    /// <summary>One file.</summary>
    UriFile,

    /// <summary>A folder of files; Parquet files in it make a table.</summary>
    UriFolder,

    /// <summary>A folder with an MLTable file that says how to read it.</summary>
    MlTable,
}

/// <summary>One immutable version of a data asset: a name on a tree in the content store.</summary>
public sealed record DataVersion
{
    public required WorkspaceName Workspace { get; init; }

    public required AssetName Name { get; init; }

    /// <summary>A string, as in Azure ML; given as the next integer when the creator names none.</summary>
    public required string Version { get; init; }

    public required DataType Type { get; init; }

    /// <summary>The zone of the lake: "raw", "processed", "curated"; free text otherwise.</summary>
    public required string Zone { get; init; }

    /// <summary>Digest of the tree manifest.</summary>
    public required Digest Tree { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>Rows when the content is a table that was counted; null otherwise.</summary>
    public long? Rows { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Left out of listings and never "latest"; usable by its number.</summary>
    public bool Archived { get; init; }

    /// <summary>Why nobody gets it by "latest" or a label: the gate's verdict, or what somebody said; null: they do.</summary>
    public string? Quarantine { get; init; }

    /// <summary>When it was let go out of quarantine last; null: it never was in it, or still is.</summary>
    public DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>The labels that stand on it, in order.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>Since when it may be used.</summary>
    public DateTimeOffset AvailableAt => ReleasedAt ?? CreatedAt;

    /// <summary>It may be "latest".</summary>
    public bool IsUsable => !Archived && Quarantine is null;

    /// <summary>Its node in the lineage graph: "data:flights-raw@5".</summary>
    public string Node => $"data:{Name}@{Version}";
}
