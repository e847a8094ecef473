using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Etl.Connections;

/// <summary>A connection on the wire; of its credentials only the kind.</summary>
internal sealed record ConnectionWire(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("target")] string? Target,
    [property: JsonPropertyName("credentials")] ConnectionWire.Signing Credentials,
    [property: JsonPropertyName("metadata")] JsonObject? Metadata,
    [property: JsonPropertyName("description")] string? Description,
    [property: JsonPropertyName("tags")] JsonObject? Tags,
    [property: JsonPropertyName("changedAt")] DateTimeOffset ChangedAt,
    [property: JsonPropertyName("changedBy")] string ChangedBy,
    [property: JsonPropertyName("note")] string? Note)
{
    public static ConnectionWire Of(Connection connection)
    {
        var definition = connection.ReadDefinition();
        return new ConnectionWire(
            connection.Name,
            connection.Type,
            definition["target"]?.ToString(),
            new Signing(connection.Credentials ?? "none"),
            definition["metadata"]?.DeepClone().AsObject(),
            definition["description"]?.ToString(),
            definition["tags"]?.DeepClone().AsObject(),
            connection.ChangedAt.ToTime(),
            connection.ChangedBy,
            OpenConnection.Reads(connection.Type) ? null : $"It is kept, and nothing here reads connections of type {connection.Type}: an import through it is refused.");
    }

    /// <param name="Type">username_password, access_key, pat, …; none.</param>
    internal sealed record Signing([property: JsonPropertyName("type")] string Type);
}
