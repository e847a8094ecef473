using System.Text.RegularExpressions;
using Slipway.Jobs.Definitions.Yaml;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Inputs and outputs: as values of jobs and steps, and as declarations of components.</summary>
internal static partial class PortTables
{
    private static readonly string[] s_dataTypes = ["uri_folder", "uri_file", "mltable", "mlflow_model", "custom_model", "triton_model"];

    private static readonly Dictionary<string, string> s_oldTypes = new()
    {
        ["path"] = "uri_folder",
        ["AnyDirectory"] = "uri_folder",
        ["AnyFile"] = "uri_file",
    };

    private static readonly ChoiceShape s_dataType = new(s_dataTypes) { Synonyms = s_oldTypes };

    private static readonly ChoiceShape s_anyType =
        new([.. s_dataTypes, "string", "integer", "number", "boolean"]) { Synonyms = s_oldTypes };

    private static readonly ChoiceShape s_inputMode = new("ro_mount", "download", "direct", "eval_mount", "eval_download", "link")
    {
        Synonyms = new Dictionary<string, string> { ["mount"] = "ro_mount" },
    };

    private static readonly ChoiceShape s_outputMode = new("rw_mount", "mount", "upload", "direct");

    // 4.3: an MLTable is evaluated, a plain file or folder cannot be.
    private static readonly Rule s_evaluatedTable = new((map, path, check) =>
    {
        if (map.Text("mode") is { } mode && s_inputMode.Find(mode) is "eval_mount" or "eval_download"
            && map.Text("type") is { } type && s_anyType.Find(type) is not (null or "mltable"))
        {
            check.Refuse(map["mode"]!, Shape.Join(path, "mode"), $"'{mode}' goes with mltable only; this is a {type}, which takes ro_mount, download or direct.");
        }
    });

    private static readonly Rule s_declaredLiteral = new(Literals.CheckDeclaration);

    public static string? TypeOf(YamlMap map) => map.Text("type") is { } text ? s_anyType.Find(text) : null;

    public static string? InputModeOf(YamlMap map) => map.Text("mode") is { } text ? s_inputMode.Find(text) : null;

    public static string? OutputModeOf(YamlMap map) => map.Text("mode") is { } text ? s_outputMode.Find(text) : null;

    public static Field Inputs(ExpressionScope scope) => F(
        "inputs",
        new MapShape(new EitherShape(new TextShape { Scope = scope, Explanation = "a literal" }, Input(scope))) { Keys = CommonTables.ParameterNames },
        "What it reads: literals, or data and models by reference.");

    public static Field Outputs(ExpressionScope scope) => F(
        "outputs",
        new MapShape(
            scope.HasFlag(ExpressionScope.ParentOutputs)
                ? new EitherShape(new TextShape { Scope = scope, Pattern = NoLiteral(), Explanation = "${{parent.outputs.x}}" }, Output(scope))
                : Output(scope))
        { Keys = CommonTables.ParameterNames },
        "What it writes.");

    public static Field InputDeclarations { get; } = F(
        "inputs",
        new MapShape(new ObjectShape("the declaration of an input", [
            Required("type", s_anyType, "The type of the input."),
            F("description", Text, "What it is for."),
            F("optional", Flag, "True: it may be left out."),
            F("default", Text, "The value when none is given; literals only."),
            F("min", Number(), "The smallest value."),
            F("max", Number(), "The greatest value."),
            F("enum", List(Text), "The values that are allowed."),
            F("mode", s_inputMode, "How the content is brought to the process."),
            F("path", Reference(ReferenceUse.Data), "The content when none is given.")])
        { Rules = [s_evaluatedTable, s_declaredLiteral] })
        { Keys = CommonTables.ParameterNames },
        "What it takes.");

    public static Field OutputDeclarations { get; } = F(
        "outputs",
        new MapShape(Object(
            "the declaration of an output",
            F("type", s_anyType, "The type of the output."),
            F("description", Text, "What it is."),
            F("mode", s_outputMode, "How the content is taken from the process."),
            F("early_available", Flag, "Whether it can be read before the step ends."),
            F("is_control", Flag, "Whether it steers the pipeline.")))
        { Keys = CommonTables.ParameterNames },
        "What it makes.");

    private static ObjectShape Input(ExpressionScope scope) => new("an input", [
        F("type", s_anyType, "The type of the value; uri_folder when absent."),
        F("path", Reference(ReferenceUse.Data, scope), "Where the content is."),
        F("mode", s_inputMode, "How the content is brought to the process."),
        F("value", new TextShape { Scope = scope }, "The literal."),
        F("default", new TextShape { Scope = scope }, "The literal."),
        F("datastore", Reference(ReferenceUse.Datastore), "Where a local path is uploaded to."),
        F("description", Text, "What it is for."),
        F("optional", Flag, "True: it may be left out."),
        F("min", Number(), "The smallest value."),
        F("max", Number(), "The greatest value."),
        F("enum", TextList, "The values that are allowed.")])
    {
        Rules = [s_evaluatedTable, Rule.AtMostOne("path", "value", "default")],
    };

    private static ObjectShape Output(ExpressionScope scope) => Object(
        "an output",
        F("type", s_dataType, "The type of the output; uri_folder when absent."),
        F("path", Reference(ReferenceUse.Output, scope), "Where the content is wanted."),
        F("mode", s_outputMode, "How the content is taken from the process."),
        F("name", CommonTables.AssetNameText, "Registers the result as an asset of this name."),
        F("version", CommonTables.VersionText, "The version of that asset; the next one when absent."),
        F("datastore", Reference(ReferenceUse.Datastore), "Where the content is wanted."),
        F("description", Text, "What it is."));

    // An expression is looked at before the pattern.
    [GeneratedRegex(@"(?!)")]
    private static partial Regex NoLiteral();
}
