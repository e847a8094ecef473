namespace Slipway.Server.Contracts;

/// <summary>What a process needs that answers for one endpoint of a server elsewhere.</summary>
public sealed record EdgeSettings
{
    /// <summary>Its home, which no other process has, and the addresses to listen on. It has no database but its own.</summary>
    public required ServerSettings Own { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>The server at which the endpoint is administered.</summary>
    public required Uri Server { get; init; }

    /// <summary>What it shows to the server; null: nothing.</summary>
    public string? Token { get; init; }

    /// <summary>The endpoint's workspace; null: the default one.</summary>
    public string? Workspace { get; init; }

    /// <summary>How much collected data may wait for the server; what is older is given up and counted. 1 GiB by default.</summary>
    public long SpoolBytes { get; init; } = 1024 * 1024 * 1024;
}
