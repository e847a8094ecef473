using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions;

namespace Slipway.Storage.Jobs;

/// <summary>Definitions as the reader makes them, in short.</summary>
internal static class Definition
{
    private static readonly Place s_place = new("test.yml", 1, 1);

    public static JobDefinition Pipeline(params StepDefinition[] steps) => new()
    {
        Type = "pipeline",
        Pipeline = new PipelineDefinition { Inputs = [], Outputs = [], Steps = steps },
        LocalPaths = [],
    };

    public static JobDefinition Command(string command) => new()
    {
        Type = "command",
        Pipeline = new PipelineDefinition
        {
            Inputs = [],
            Outputs = [],
            Steps = [Step("main", "command") with { Settings = new JsonObject { ["command"] = command } }],
        },
        LocalPaths = [],
    };

    public static StepDefinition Step(string name, string kind, params string[] after) => new()
    {
        Name = name,
        Kind = kind,
        Inputs = [.. after.Select(step => From($"from_{step}", step, "out"))],
        Outputs = [Output("out")],
        DependsOn = after,
        Settings = [],
        Files = [],
        Place = s_place,
    };

    public static StepDefinition With(this StepDefinition step, params InputDefinition[] inputs) =>
        step with { Inputs = [.. step.Inputs, .. inputs] };

    public static InputDefinition From(string name, string step, string output) => new()
    {
        Name = name,
        Type = null,
        Value = new BoundValue(new Expression(ExpressionKind.StepOutput, output, step)),
        Place = s_place,
    };

    public static InputDefinition Literal(string name, string text) => new()
    {
        Name = name,
        Type = "string",
        Value = new LiteralValue(Template.Literal(text)),
        Place = s_place,
    };

    public static InputDefinition Asset(string name, string reference, string type = "uri_folder") => new()
    {
        Name = name,
        Type = type,
        Value = new DataValue(ReferenceReader.Read(reference, ReferenceUse.Data, "", out _)!),
        Place = s_place,
    };

    public static OutputDefinition Output(string name, string? asset = null, string type = "uri_folder") => new()
    {
        Name = name,
        Type = type,
        AssetName = asset,
        Place = s_place,
    };
}
