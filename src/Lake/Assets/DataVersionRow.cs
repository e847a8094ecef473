using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Assets;

/// <summary>A data version as its table has it.</summary>
internal sealed record DataVersionRow
{
    public const string Columns =
        """
        sequence as Sequence, workspace as Workspace, name as Name, version as Version, type as Type, zone as Zone,
        tree as Tree, size_bytes as SizeBytes, row_count as Rows, description as Description, tags as Tags,
        archived as Archived, quarantine as Quarantine, released_at as ReleasedAt, created_at as CreatedAt, created_by as CreatedBy,
        (select string_agg(label, ' ') from data_labels l
         where l.workspace = data_versions.workspace and l.name = data_versions.name and l.version = data_versions.version) as Labels
        """;

    // Not positional: Dapper hands SQLite integers over as long and would find no matching constructor.
    public required long Sequence { get; init; }

    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Type { get; init; }

    public required string Zone { get; init; }

    public required string Tree { get; init; }

    public required long SizeBytes { get; init; }

    public long? Rows { get; init; }

    public string? Description { get; init; }

    public required string Tags { get; init; }

    public required bool Archived { get; init; }

    public string? Quarantine { get; init; }

    public long? ReleasedAt { get; init; }

    public string? Labels { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DataVersion ToVersion() => new()
    {
        Workspace = WorkspaceName.Parse(Workspace),
        Name = AssetName.Parse(Name),
        Version = Version,
        Type = Enum.Parse<DataType>(Type),
        Zone = Zone,
        Tree = Digest.Parse(Tree),
        SizeBytes = SizeBytes,
        Rows = Rows,
        Description = Description,
        Tags = JsonSerializer.Deserialize(Tags, LakeJson.Default.IReadOnlyDictionaryStringString)!,
        Archived = Archived,
        Quarantine = Quarantine,
        ReleasedAt = ReleasedAt?.ToTime(),
        Labels = Labels is null ? [] : [.. Labels.Split(' ').Order(StringComparer.Ordinal)],
        CreatedAt = CreatedAt.ToTime(),
        CreatedBy = CreatedBy,
    };
}
