using Slipway.Data;
using Slipway.Kernel;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Contracts;

/// <summary>Profiles of data versions: computed once for each file, kept by its digest, and merged.</summary>
public interface IDataProfiles
{
    /// <exception cref="SlipwayException">NotFound; InvalidParameter when the version is no table or its files are damaged.</exception>
    Task<(DataVersion Version, TableProfile Profile)> OfVersionAsync(Caller caller, AssetName name, string version, CancellationToken ct);

    /// <inheritdoc cref="OfVersionAsync"/>
    Task<TableProfile> OfTreeAsync(Digest tree, CancellationToken ct);
}
