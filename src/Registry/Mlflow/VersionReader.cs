using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Versions;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Mlflow;

/// <summary>A version by name and number, refused as MLflow refuses it.</summary>
internal sealed class VersionReader(ModelStore versions, IAccess access)
{
    public async Task<ModelVersion> GetAsync(Caller caller, string name, int number, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"model:{name}", ct);
        return await versions.FindAsync(caller.Workspace, new ModelReference(name, number, null), ct)
            ?? throw VersionChanges.Unknown(name, number);
    }
}
