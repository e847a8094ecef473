using Slipway.Kernel;

namespace Slipway.Serving.Contracts;

/// <summary>An online endpoint: a stable address in front of deployments.</summary>
public sealed record OnlineEndpoint
{
    public required string Name { get; init; }

    /// <summary>Percent of live requests for each deployment; the values sum to 100 or 0.</summary>
    public required IReadOnlyDictionary<string, int> Traffic { get; init; }

    /// <summary>Percent of live requests copied to each deployment, whose answers are kept and not sent.</summary>
    public required IReadOnlyDictionary<string, int> MirrorTraffic { get; init; }

    public required IReadOnlyList<OnlineDeployment> Deployments { get; init; }
}

/// <summary>A model version that answers behind an endpoint.</summary>
public sealed record OnlineDeployment
{
    public required string Endpoint { get; init; }

    public required string Name { get; init; }

    public required string Model { get; init; }

    public required int ModelVersion { get; init; }

    /// <summary>"Creating", "Succeeded", "Failed", "Deleting": Azure ML's provisioning states.</summary>
    public required string State { get; init; }

    public string? Message { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"deployment:{Endpoint}/{Name}";
}

/// <summary>Endpoints and deployments, for the modules above serving.</summary>
public interface IEndpoints
{
    Task<OnlineEndpoint> CreateAsync(Caller caller, string endpoint, CancellationToken ct);

    Task<OnlineEndpoint?> FindAsync(Caller caller, string endpoint, CancellationToken ct);

    /// <summary>Creates or replaces a deployment and returns when it answers; with no traffic yet.</summary>
    /// <param name="model">A reference as IModelRegistry reads it: "flights-late@champion", "flights-late:3".</param>
    Task<OnlineDeployment> DeployAsync(Caller caller, string endpoint, string deployment, string model, CancellationToken ct);

    /// <summary>Replaces the traffic split; the reason goes to history and lineage ("deployment served from t1 to t2").</summary>
    Task SetTrafficAsync(
        Caller caller, string endpoint, IReadOnlyDictionary<string, int> traffic, string reason, CancellationToken ct);

    Task DeleteDeploymentAsync(Caller caller, string endpoint, string deployment, CancellationToken ct);
}
