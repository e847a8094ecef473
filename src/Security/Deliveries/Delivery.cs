using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

internal static class DeliveryState
{
    public const string Waiting = "waiting", Delivered = "delivered", Dead = "dead";
}

/// <summary>A row of table deliveries.</summary>
internal sealed record Delivery
{
    public required string Id { get; init; }

    public required string Workspace { get; init; }

    public required string Subject { get; init; }

    public required string Url { get; init; }

    public required string Body { get; init; }

    public required string HeaderPrefix { get; init; }

    public string? Secret { get; init; }

    /// <summary>The name of the secret that it signs in with.</summary>
    public string? Token { get; init; }

    public TokenUse? TokenUse { get; init; }

    public required string State { get; init; }

    public required int Attempts { get; init; }

    /// <summary>The receiver's last answer.</summary>
    public int? Status { get; init; }

    public string? Error { get; init; }

    public required long CreatedAt { get; init; }

    public long? FinishedAt { get; init; }
}
