using System.Text.Json.Nodes;
using Slipway.Etl.Incremental;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Contracts;

/// <summary>The YAML of a dataflow: a job, and how its windows follow each other under <c>incremental</c>.</summary>
public static class DataflowFile
{
    /// <summary>The field that is not the job's.</summary>
    public const string Field = "incremental";

    /// <summary>The job alone. Its lines stand where they stood, so that messages about them are right.</summary>
    public static string JobYaml(string yaml, string source)
    {
        if (yaml.TrimStart().StartsWith('{'))
        {
            var json = Read(yaml, source);
            json.Remove(Field);
            return json.ToJsonString();
        }

        var isOwn = false;
        var lines = yaml.Split('\n').Select(line =>
        {
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]) && line[0] is not ('#' or '}' or ']'))
                isOwn = line.StartsWith(Field + ":", StringComparison.Ordinal);
            return isOwn ? "" : line;
        });
        return string.Join('\n', lines);
    }

    /// <summary>Refuses (InvalidParameter) what is wrong with how its windows follow each other.</summary>
    public static void CheckWindows(string yaml, string source) => WindowPlan.Of(Read(yaml, source));

    /// <summary>All of it as JSON, unchecked.</summary>
    internal static JsonObject Read(string yaml, string source) =>
        JsonNode.Parse(Definitions.Edit(yaml, source, [])) as JsonObject
        ?? throw SlipwayException.Invalid($"{source}: a dataflow is a mapping with name, type and {Field}.");
}
