namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>How a deployment's own model server is started, as often as it has to be.</summary>
internal interface IServerStart : IDisposable
{
    /// <summary>Whose server it is, for the log.</summary>
    string Name { get; }

    /// <summary>What it is, for messages: "command".</summary>
    string What { get; }

    Task<StartedServer> StartAsync(CancellationToken ct);
}

/// <summary>A server that runs.</summary>
/// <param name="Ended">Done with its exit code; below 0: nobody knows it.</param>
/// <param name="End">Ends it, with all that it started.</param>
internal sealed record StartedServer(Uri Address, Task<int> Ended, Action End);
