using Slipway.Registry.Contracts;

namespace Slipway.Registry.Mlflow;

/// <summary>A registered model as MLflow shows it.</summary>
internal sealed record RegisteredModel
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    /// <summary>The newest version of each stage.</summary>
    public required IReadOnlyList<ModelVersion> Latest { get; init; }

    public required IReadOnlyList<(string Alias, int Number)> Aliases { get; init; }
}
