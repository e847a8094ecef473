namespace Slipway.Server.Contracts;

/// <summary>What clients may hold of a server without using it.</summary>
public sealed record ConnectionLimits
{
    /// <summary>Connections at the same time; one more is closed at once. Null: as many as the process may have open files, at most 20,000.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>How long the headers of a request, or a TLS handshake, may take. 15 seconds by default.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may stay without a request. 130 seconds by default.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>Bytes per second that a body must come with, and an answer must be read with, after five seconds. 240 by default; 0: any.</summary>
    public int MinDataRate { get; init; } = 240;
}
