using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lineage.Contracts;

namespace Slipway.Lake.Assets;

/// <summary>A version that was uploaded has no parents, and is known all the same.</summary>
internal sealed class VersionsInLineage(IDataAssets assets) : ILineageThings
{
    public string Name => "data";

    public async Task<bool> ExistsAsync(Caller caller, LineageNode node, CancellationToken ct) =>
        node.Version is { } version && await assets.FindAsync(caller, AssetName.Parse(node.Name), version, ct) is not null;
}
