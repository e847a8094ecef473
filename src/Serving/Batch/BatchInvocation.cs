using System.Text.Json.Nodes;
using Slipway.Data;

namespace Slipway.Serving.Batch;

/// <summary>What one run of a batch deployment is given.</summary>
internal sealed record BatchInvocation
{
    /// <summary>Null: the endpoint's default.</summary>
    public string? Deployment { get; init; }

    public IReadOnlyDictionary<string, BatchInput> Inputs { get; init; } = new Dictionary<string, BatchInput>();

    public IReadOnlyDictionary<string, BatchOutput> Outputs { get; init; } = new Dictionary<string, BatchOutput>();

    /// <summary>The trees of the local paths among the inputs.</summary>
    public IReadOnlyDictionary<string, Digest> Files { get; init; } = new Dictionary<string, Digest>();

    /// <summary>Azure ML's batch settings that count for this run alone.</summary>
    public JsonObject Settings { get; init; } = [];

    public int? InstanceCount { get; init; }

    public string? JobName { get; init; }

    public string? Experiment { get; init; }
}

/// <summary>Data by its path, or a literal.</summary>
/// <param name="Type">uri_file, uri_folder, mltable, or a literal's type; null: uri_folder, or as the value is.</param>
/// <param name="Path">azureml:NAME:VERSION, azureml://datastores/…, https://…, or a local path that came along.</param>
internal sealed record BatchInput(string? Type, string? Path, string? Value)
{
    public JsonObject Json() => Value is not null
        ? new JsonObject { ["type"] = Type ?? "string", ["value"] = Value }
        : new JsonObject { ["type"] = Type ?? "uri_folder", ["path"] = Path };
}

/// <param name="Path">azureml://datastores/NAME/paths/PATH, where it is written as well; null: it is kept as an asset alone.</param>
/// <param name="Name">The data asset that it becomes a version of.</param>
internal sealed record BatchOutput(string? Type, string? Path, string? Name)
{
    public JsonObject Json()
    {
        var output = new JsonObject { ["type"] = Type ?? "uri_folder" };
        if (Path is not null)
            output["path"] = Path;
        if (Name is not null)
            output["name"] = Name;
        return output;
    }
}
