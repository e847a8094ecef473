using Microsoft.Extensions.Logging;

namespace Slipway.Server.Contracts;

/// <summary>What a worker needs to start: a process that runs steps for servers.</summary>
public sealed record WorkerSettings
{
    /// <summary>The folder of this worker alone: what steps work in, and caches.</summary>
    public required string Home { get; init; }

    /// <summary>The PostgreSQL connection string of the servers.</summary>
    public required string Database { get; init; }

    /// <summary>The servers' home folder, reachable from here: contents, and the key of the vault.</summary>
    public required string SharedHome { get; init; }

    /// <summary>The servers' setting of the same name; null: in <see cref="SharedHome"/>.</summary>
    public string? Content { get; init; }

    /// <summary>Where the steps reach a server.</summary>
    public required string ServerUrl { get; init; }

    /// <summary>How many steps run at once; 0: one for each processor.</summary>
    public int Parallelism { get; init; }

    /// <summary>How long running steps may go on when the worker is asked to end.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The least level of log lines that go to the console.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;
}
