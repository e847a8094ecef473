using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sources;

/// <summary><c>data</c>: a version of a data asset, <c>flights-raw@3</c>, the latest one when none is said; or one window of it.</summary>
internal sealed class AssetSource(IDataAssets assets, ILakeTables tables, ContentStore content) : ISourceKind
{
    public string Name => "data";

    public string[] Fields { get; } = ["asset", "window"];

    public async Task<DataflowSource> OpenAsync(SourceRequest request, CancellationToken ct)
    {
        var text = request.Map.Require("asset", "the data asset, such as flights-raw or flights-raw@3");
        var version = await FindAsync(request, text, ct);
        request.Step.Read(version.Node);
        var table = request.Map.Text("window") is { } window
            ? await WindowFiles.TableAsync(content, version.Tree, window, ct)
                ?? throw SlipwayException.Invalid($"{version.Node} has no window {window}; land it first, by a dataflow.")
            : await tables.TableAsync(version.Tree, ct);
        return new DataflowSource(version.Node, Name, table, version.Node);
    }

    private async Task<DataVersion> FindAsync(SourceRequest request, string text, CancellationToken ct)
    {
        var (name, version) = text.Split('@') switch
        {
            [var only] => (only, null),
            [var first, var second] => (first, second),
            _ => throw request.Map.Wrong("asset", "write flights-raw or flights-raw@3"),
        };
        return await assets.FindAsync(request.Step.Caller, AssetName.Parse(name), version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{name}@{version ?? "latest"}");
    }
}
