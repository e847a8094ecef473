using Slipway.Jobs.Definitions;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Inputs that are versions of data assets and models.</summary>
internal sealed class InputAssets(IDataAssets data, IModelRegistry models)
{
    /// <summary>The version that the reference means now; NotFound says what there is.</summary>
    public Task<ResolvedInput> FindAsync(Caller caller, ResolvedInput input, Reference reference, CancellationToken ct)
    {
        var (name, version, isLabel) = reference switch
        {
            AssetVersion asset => (asset.Name, asset.Version, false),
            AssetLabel asset => (asset.Name, asset.Label, true),
            RegistryAsset asset => (asset.Name, asset.Version ?? asset.Label ?? "latest", asset.Version is null),
            _ => throw new InvalidOperationException($"'{reference}' names no asset."),
        };
        return input.Type is "mlflow_model" or "custom_model" or "triton_model"
            ? ModelAsync(caller, input, name, isLabel ? $"@{version}" : $":{version}", ct)
            : DataAsync(caller, input, name, version, ct);
    }

    private async Task<ResolvedInput> ModelAsync(Caller caller, ResolvedInput input, string name, string version, CancellationToken ct)
    {
        if (await models.FindAsync(caller, name + version, ct) is { } model)
            return input with { Model = model, Tree = model.Tree, Node = model.Node };
        throw await models.FindAsync(caller, $"{name}@latest", ct) is { } last
            ? Unknown("Model", name, version[1..], $"{last.Number}")
            : Unknown("Model", name, "model");
    }

    private async Task<ResolvedInput> DataAsync(Caller caller, ResolvedInput input, string name, string version, CancellationToken ct)
    {
        var asset = AssetName.Parse(name);
        if (await data.FindAsync(caller, asset, version, ct) is { } found)
            return input with { Data = found, Tree = found.Tree, Node = found.Node, Type = input.Type ?? TypeName(found.Type) };
        var known = await data.ListVersionsAsync(caller, asset, 1, null, ct);
        throw known.Items is [var last, ..]
            ? Unknown("Data asset", name, version, last.Version)
            : Unknown("Data asset", name, "data");
    }

    private static SlipwayException Unknown(string what, string name, string version, string last) => new(
        ErrorCode.NotFound, $"{what} '{name}' has no version or label '{version}'; its last version is '{last}'.");

    private static SlipwayException Unknown(string what, string name, string verb) => new(
        ErrorCode.NotFound, $"{what} '{name}' does not exist; 'slipway {verb} list' shows those that do.");

    private static string TypeName(DataType type) => type switch
    {
        DataType.UriFile => "uri_file",
        DataType.MlTable => "mltable",
        _ => "uri_folder",
    };
}
