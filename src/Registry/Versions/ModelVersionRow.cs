using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>A version's row.</summary>
internal sealed record ModelVersionRow
{
    public required string Workspace { get; init; }

    public required string Model { get; init; }

    public required int Number { get; init; }

    public required string Tree { get; init; }

    public required string Flavor { get; init; }

    public string? Signature { get; init; }

    public string? RunId { get; init; }

    public string? Description { get; init; }

    public required string Tags { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required string Source { get; init; }

    public string? RunLink { get; init; }

    public string? LoggedModelId { get; init; }

    public required string Stage { get; init; }

    public required long UpdatedAt { get; init; }

    public ModelVersion ToVersion(IReadOnlyList<string> aliases) => new()
    {
        Workspace = WorkspaceName.Parse(Workspace),
        Model = Model,
        Number = Number,
        Tree = Digest.Parse(Tree),
        Flavor = Flavor,
        SignatureJson = Signature,
        RunId = RunId,
        Description = Description,
        Tags = JsonSerializer.Deserialize(Tags, RegistryJson.Default.IReadOnlyDictionaryStringString)!,
        Aliases = aliases,
        CreatedAt = CreatedAt.ToTime(),
        CreatedBy = CreatedBy,
        Source = Source,
        RunLink = RunLink,
        LoggedModelId = LoggedModelId,
        Stage = Stage,
        UpdatedAt = UpdatedAt.ToTime(),
    };
}
