using Slipway.Data;

namespace Slipway.Jobs.Contracts;

/// <summary>Servers in containers of podman or Docker, which end with this process however it ends.</summary>
public interface IServerContainers
{
    /// <summary>Fetches or builds the image if it is not here, and starts it; one of the same name is ended before.</summary>
    Task<IServerContainer> StartAsync(ServerContainerTask task, CancellationToken ct);
}

/// <summary>A container that serves.</summary>
public interface IServerContainer
{
    /// <summary>Done with its exit code, once all that it wrote was told.</summary>
    Task<int> Ended { get; }

    /// <summary>A connection to one of its ports.</summary>
    Task<Stream> ConnectAsync(int port, CancellationToken ct);

    /// <summary>Ends it and deletes what is left of it.</summary>
    void End();
}

/// <summary>What a container is to be.</summary>
public sealed record ServerContainerTask
{
    public required string Name { get; init; }

    /// <summary>The image; null: it is built.</summary>
    public string? Image { get; init; }

    /// <summary>The tree of the folder that it is built from.</summary>
    public Digest? Build { get; init; }

    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>As NAME=value; the image's own hold besides.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>Folders of this machine by where they are inside; they can only be read there.</summary>
    public IReadOnlyDictionary<string, string> Folders { get; init; } = new Dictionary<string, string>();

    /// <summary>The ports on which it will listen.</summary>
    public IReadOnlyCollection<int> Ports { get; init; } = [];

    public double? Processors { get; init; }

    public long? MemoryBytes { get; init; }

    /// <summary>A network of the engine's, such as "bridge"; null: it has none, and only this process reaches it.</summary>
    public string? Network { get; init; }

    /// <summary>Takes what the container and the building of its image say.</summary>
    public required Action<ReadOnlySpan<byte>> Say { get; init; }
}
