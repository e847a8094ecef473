using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Etl.Connections;

/// <summary>How to reach a system that is not Slipway's. Its credentials are in the vault.</summary>
internal sealed record Connection
{
    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary>In Azure ML's fields, without credentials.</summary>
    public required string Definition { get; init; }

    /// <summary>Their kind: username_password, access_key, …; null: none.</summary>
    public string? Credentials { get; init; }

    public required long ChangedAt { get; init; }

    public required string ChangedBy { get; init; }

    public string Node => $"connection:{Name}";

    // The vault takes letters, digits and '-'; two names of connections must not meet there.
    public string Secret => "connection-" + Name.Replace("-", "--", StringComparison.Ordinal).Replace("_", "-0", StringComparison.Ordinal).Replace(".", "-1", StringComparison.Ordinal);

    public JsonObject ReadDefinition() => JsonNode.Parse(Definition)!.AsObject();

    public string Target() => ReadDefinition()["target"]?.ToString() is { Length: > 0 } target
        ? target
        : throw SlipwayException.Invalid($"Connection '{Name}' has no target; say where it leads.");
}
