using System.Text.Json.Nodes;
using Slipway.Etl.Contracts;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring;

namespace Slipway.Cli.Verbs;

/// <summary>A kind of file that is no definition of Azure ML's: the module that acts on it reads it, and refuses (InvalidParameter) what is wrong.</summary>
/// <param name="Tells">Whether the keys of a file tell the kind.</param>
internal sealed record OwnKind(string Name, Func<JsonObject, bool> Tells, Action<DefinitionFile> Check)
{
    public static IReadOnlyList<OwnKind> All { get; } =
    [
        new("retraining", root => root["type"] is JsonValue type && type.ToString() == "retraining", file => MonitoringModule.Check("retraining", file.Yaml, file.Source)),
        new("data-test", root => root.ContainsKey("expectations"), file => DataTestFile.Check(file.Yaml, file.Source)),
        new("dataflow", root => root.ContainsKey(DataflowFile.Field), CheckDataflow),
    ];

    /// <param name="kind">What the file is said to be; null: it tells itself.</param>
    public static OwnKind? Find(string? kind, DefinitionFile file) =>
        kind is not null ? All.FirstOrDefault(own => own.Name == kind) : Root(file) is { } root ? All.FirstOrDefault(own => own.Tells(root)) : null;

    private static JsonObject? Root(DefinitionFile file)
    {
        try
        {
            return JsonNode.Parse(Definitions.Edit(file.Yaml, file.Source, [])) as JsonObject;
        }
        catch (SlipwayException)
        {
            // What is no YAML is told with its place by who reads all other kinds.
            return null;
        }
    }

    private static void CheckDataflow(DefinitionFile file)
    {
        Definitions.Read(file with { Kind = "job", Yaml = DataflowFile.JobYaml(file.Yaml, file.Source) });
        DataflowFile.CheckWindows(file.Yaml, file.Source);
    }
}
