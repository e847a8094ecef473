using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>What a value must look like. The same tables check definitions and make the JSON Schemas of editors.</summary>
internal abstract class Shape
{
    /// <summary>"text", "a whole number from 1 to 9": completes "expected …".</summary>
    public abstract string Expected { get; }

    /// <summary>Reports what is wrong with the value, which is not null.</summary>
    public abstract void Check(YamlNode node, string path, Check check);

    /// <summary>The value in JSON, with the types and spellings that the shape says. Only for values that passed the check.</summary>
    public abstract JsonNode? Json(YamlNode node);

    public abstract JsonObject Export(SchemaExport export);

    /// <summary>The file's path of a child: "jobs.train", "paths[0]".</summary>
    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
