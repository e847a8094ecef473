using Slipway.Registry.Contracts;

namespace Slipway.Registry.Import;

/// <summary>A registered model that was made elsewhere, checked.</summary>
internal sealed record ImportedModel
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required IReadOnlyDictionary<string, int> Aliases { get; init; }

    /// <summary>By number.</summary>
    public List<ModelVersion> Versions { get; } = [];
}

/// <param name="Versions">How many were added.</param>
/// <param name="Kept">What differs here, one sentence each.</param>
internal sealed record ImportOutcome(bool Added, int Versions, IReadOnlyList<string> Kept);
