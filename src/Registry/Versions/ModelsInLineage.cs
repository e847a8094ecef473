using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lineage.Contracts;
using Slipway.Registry.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>A model that was uploaded has no parents, and is known all the same.</summary>
internal sealed class ModelsInLineage(IModelRegistry models) : ILineageThings
{
    public string Name => "model";

    public async Task<bool> ExistsAsync(Caller caller, LineageNode node, CancellationToken ct)
    {
        var reference = $"{node.Name}:{node.Version}";
        return ModelReference.TryParse(reference) is { Number: not null } && await models.FindAsync(caller, reference, ct) is not null;
    }
}
