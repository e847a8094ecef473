using System.Text.Json;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

// Not positional: Dapper hands SQLite integers over as long and would find no matching constructor.
internal sealed record EndpointRow
{
    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Collect { get; init; }

    public required string Traffic { get; init; }

    public required string MirrorTraffic { get; init; }

    public required string Settings { get; init; }

    public required long CreatedAt { get; init; }

    public OnlineEndpoint ToEndpoint(IReadOnlyList<OnlineDeployment> deployments) => new()
    {
        Name = Name,
        Collect = Enum.Parse<CollectMode>(Collect),
        Traffic = EndpointStore.Parse(Traffic),
        MirrorTraffic = EndpointStore.Parse(MirrorTraffic),
        Settings = JsonSerializer.Deserialize(Settings, ServingJson.Default.EndpointSettings)!,
        CreatedAt = CreatedAt.ToTime(),
        Deployments = deployments,
    };
}

internal sealed record DeploymentRow
{
    public required string Workspace { get; init; }

    public required string Endpoint { get; init; }

    public required string Name { get; init; }

    public required string Model { get; init; }

    public required int ModelVersion { get; init; }

    public required string State { get; init; }

    public string? Message { get; init; }

    public required string Settings { get; init; }

    public required long CreatedAt { get; init; }

    public OnlineDeployment ToDeployment() => new()
    {
        Endpoint = Endpoint,
        Name = Name,
        Model = Model,
        ModelVersion = ModelVersion,
        State = State,
        Message = Message,
        Settings = JsonSerializer.Deserialize(Settings, ServingJson.Default.DeploymentSettings)!,
        CreatedAt = CreatedAt.ToTime(),
    };
}
