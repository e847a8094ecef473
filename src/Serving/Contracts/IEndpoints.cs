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

    /// <summary>What happens to an answer that cannot be collected at once.</summary>
    public required CollectMode Collect { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required IReadOnlyList<OnlineDeployment> Deployments { get; init; }

    public EndpointSettings Settings { get; init; } = EndpointSettings.Default;

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"endpoint:{Name}";
}

/// <summary>Whether inputs and outputs are kept, and what gives way when they come faster than they can be written.</summary>
public enum CollectMode
{
    /// <summary>Rows that find no room are dropped and counted; a request never waits.</summary>
    Drop,

    /// <summary>Requests wait for room, so that no row is lost.</summary>
    Wait,

    /// <summary>Nothing is kept.</summary>
    Off,
}

/// <summary>What a deployment has done since it was loaded.</summary>
public sealed record DeploymentStats
{
    /// <summary>Requests that were answered or refused.</summary>
    public required long Requests { get; init; }

    public required long Rows { get; init; }

    /// <summary>Requests that were refused or failed.</summary>
    public required long Errors { get; init; }

    /// <summary>Rows that were answered and not kept, because there was no room.</summary>
    public required long Dropped { get; init; }

    /// <summary>Rows that the sampling rate left out of what is kept.</summary>
    public long SampledOut { get; init; }

    /// <summary>Rows that their callers asked not to be kept.</summary>
    public long OptedOut { get; init; }

    /// <summary>From the whole body read to the answer written into memory.</summary>
    public required double MeanMilliseconds { get; init; }

    public required double P50Milliseconds { get; init; }

    public required double P95Milliseconds { get; init; }

    public required double P99Milliseconds { get; init; }

    /// <summary>The same of the copies of requests that it answered for nobody; null where these are the figures.</summary>
    public DeploymentStats? Mirrored { get; init; }
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

    public DeploymentSettings Settings { get; init; } = DeploymentSettings.Default;

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"deployment:{Endpoint}/{Name}";
}

/// <summary>Endpoints and deployments, for the modules above serving.</summary>
public interface IEndpoints
{
    /// <summary>Creates the endpoint; one that exists is returned as it is, with this way of collecting.</summary>
    Task<OnlineEndpoint> CreateAsync(Caller caller, string endpoint, CollectMode collect, CancellationToken ct);

    /// <summary>As above, dropping what cannot be collected at once.</summary>
    Task<OnlineEndpoint> CreateAsync(Caller caller, string endpoint, CancellationToken ct) =>
        CreateAsync(caller, endpoint, CollectMode.Drop, ct);

    /// <summary>Replaces what the endpoint says of itself.</summary>
    Task<OnlineEndpoint> ConfigureAsync(Caller caller, string endpoint, EndpointSettings settings, CancellationToken ct);

    /// <summary>By name.</summary>
    Task<IReadOnlyList<OnlineEndpoint>> ListAsync(Caller caller, CancellationToken ct);

    Task<OnlineEndpoint?> FindAsync(Caller caller, string endpoint, CancellationToken ct);

    /// <summary>
    /// Creates a deployment and returns when it answers; with no traffic yet. A deployment keeps its model version for
    /// life: a second call with the same version returns it (with other settings it is loaded anew and swapped in), one with
    /// another version is refused with Conflict.
    /// </summary>
    /// <param name="model">A reference as IModelRegistry reads it: "flights-late@champion", "flights-late:3".</param>
    Task<OnlineDeployment> DeployAsync(
        Caller caller, string endpoint, string deployment, string model, DeploymentSettings settings, CancellationToken ct);

    /// <summary>As above, with the settings that suit small models.</summary>
    Task<OnlineDeployment> DeployAsync(Caller caller, string endpoint, string deployment, string model, CancellationToken ct) =>
        DeployAsync(caller, endpoint, deployment, model, DeploymentSettings.Default, ct);

    /// <summary>Replaces the traffic split; the reason goes to history and lineage ("deployment served from t1 to t2").</summary>
    Task SetTrafficAsync(
        Caller caller, string endpoint, IReadOnlyDictionary<string, int> traffic, string reason, CancellationToken ct);

    /// <summary>
    /// Replaces who gets copies of how many percent of the requests that others answer; what they answer is kept apart and
    /// sent to nobody. Requests that name their deployment are not copied.
    /// </summary>
    Task SetMirrorAsync(
        Caller caller, string endpoint, IReadOnlyDictionary<string, int> mirror, string reason, CancellationToken ct);

    /// <summary>Conflict while it has traffic. Requests that it has taken are answered.</summary>
    Task DeleteDeploymentAsync(Caller caller, string endpoint, string deployment, CancellationToken ct);

    /// <summary>Deletes the endpoint with its deployments; Conflict while one has traffic. What was collected stays.</summary>
    Task DeleteAsync(Caller caller, string endpoint, CancellationToken ct);

    /// <summary>What the deployment has done since this server loaded it: the figures that judge a canary.</summary>
    Task<DeploymentStats> StatsAsync(Caller caller, string endpoint, string deployment, CancellationToken ct);
}
