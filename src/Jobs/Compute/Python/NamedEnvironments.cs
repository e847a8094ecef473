using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Python;

/// <summary>Environments for the modules above.</summary>
internal sealed class NamedEnvironments(UsedAssets assets, PythonEnvironments python, ContentStore content) : IPythonEnvironments
{
    public async Task<NamedEnvironment> FindAsync(Caller caller, string reference, CancellationToken ct)
    {
        var asset = await assets.FindAsync(caller, AssetKind.Environment, reference, ct) ?? throw SlipwayException.NotFound("Environment", reference);
        var definition = asset.ReadDefinition();
        return new NamedEnvironment(asset.Name, asset.Version, await CondaAsync(asset, definition["conda_file"], ct), definition["image"]?.ToString());
    }

    public Task<string?> PrepareAsync(string conda, TextWriter log, CancellationToken ct) => python.PrepareAsync(CondaFile.Read(conda), log, ct);

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
