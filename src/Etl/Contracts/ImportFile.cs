using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Contracts;

/// <summary>Azure ML's definition of a data import, which runs as a job of one step that makes the next version of the asset.</summary>
public static class ImportFile
{
    /// <summary>The tag of such a job that names the asset.</summary>
    public const string Tag = "azureml.dataImport";

    private const string Managed = "azureml://datastores/workspacemanageddatastore";

    /// <summary>The definition in Azure ML's fields; a mistake is told with its line.</summary>
    public static JsonObject Read(string yaml, string source, IReadOnlyList<DefinitionEdit> edits)
    {
        var read = Definitions.Read(new DefinitionFile { Yaml = yaml, Source = source, Kind = "import", Edits = edits });
        return read["source"]?["stored_procedure"] is null ? read : throw NoProcedures();
    }

    internal static SlipwayException NoProcedures() =>
        new(ErrorCode.NotImplemented, "source.stored_procedure is not run here; write its select as source.query.");

    /// <summary>The job.</summary>
    /// <param name="import">As <see cref="Read"/> gives it.</param>
    public static string JobYaml(JsonObject import)
    {
        var name = import["name"]!.ToString();
        var output = new JsonObject
        {
            ["type"] = import["type"]?.DeepClone() ?? (import["source"]!["type"]!.ToString() == "database" ? "mltable" : "uri_folder"),
            ["name"] = name,
            ["version"] = import["version"]?.DeepClone(),
            ["description"] = import["description"]?.DeepClone(),
        };

        // What Azure manages is kept in the content store here, as all versions are.
        if (import["path"]?.ToString() is { } path && !path.StartsWith(Managed, StringComparison.Ordinal))
            output["path"] = path;
        var tags = import["tags"]?.DeepClone().AsObject() ?? [];
        tags[Tag] = name;
        return new JsonObject
        {
            ["type"] = "import_data",
            ["display_name"] = $"Import of {name}",
            ["experiment_name"] = "imports",
            ["tags"] = tags,
            ["source"] = import["source"]!.DeepClone(),
            ["outputs"] = new JsonObject { ["data"] = output },
        }.ToJsonString();
    }
}
