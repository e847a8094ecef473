using System.Globalization;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>Where deployments that are recorded find their model versions: in the registry, or in what was pulled from one.</summary>
internal interface IDeployedVersions
{
    Task<ModelVersion?> FindAsync(WorkspaceName workspace, OnlineDeployment deployment, CancellationToken ct);
}

internal sealed class RegisteredVersions(IModelRegistry registry) : IDeployedVersions
{
    public Task<ModelVersion?> FindAsync(WorkspaceName workspace, OnlineDeployment deployment, CancellationToken ct) => registry.FindAsync(
        Caller.System with { Workspace = workspace }, string.Create(CultureInfo.InvariantCulture, $"{deployment.Model}:{deployment.ModelVersion}"), ct);
}
