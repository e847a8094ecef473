using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Python;

/// <summary>Environments for the modules above.</summary>
internal sealed class NamedEnvironments(UsedAssets assets, ContentStore content) : INamedEnvironments
{
    public async Task<NamedEnvironment?> FindAsync(Caller caller, string reference, CancellationToken ct)
    {
        if (await assets.FindAsync(caller, AssetKind.Environment, reference, ct) is not { } asset)
            return null;
        var definition = asset.ReadDefinition();
        return new NamedEnvironment(asset.Name, asset.Version, await CondaAsync(asset, definition["conda_file"], ct));
    }

    private async Task<string?> CondaAsync(RegisteredAsset asset, JsonNode? given, CancellationToken ct)
    {
        if (given is null or JsonObject)
            return given?.ToJsonString();
        var path = given.ToString();
        var name = Path.GetFileName(path);
        foreach (var (key, tree) in JobsJson.ReadMap(asset.Files))
        {
            if (Path.GetFileName(key) == name && (await content.GetTreeAsync(Digest.Parse(tree), ct)).Entries is [var file])
                return Encoding.UTF8.GetString(await content.ReadAllAsync(file.Digest, ct));
        }

        throw SlipwayException.NotFound("The conda file of the environment", $"{asset.Node}/{path}");
    }
}
