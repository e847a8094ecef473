using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>Reads inputs and outputs out of checked YAML. What the check has refused, it reads as absent.</summary>
/// <param name="isComplete">True: content must be said.</param>
internal sealed class PortReader(Problems problems, bool isComplete)
{
    // Positions of these are not known any more; the check has reported what is malformed.
    private static readonly Action<string> s_ignored = _ => { };

    /// <summary>An input that a component or pipeline component declares.</summary>
    public static InputDefinition Declared(YamlEntry entry, string folder)
    {
        var map = entry.Value as YamlMap;
        var type = map is null ? null : PortTables.TypeOf(map);
        InputValue? value = null;
        if (map?.Scalar("default") is { } given && type is not null && Literals.Coerce(given, type, map, out _) is { } literal)
            value = new LiteralValue(Template.Literal(literal));
        else if (map?.Scalar("path") is { } path && ReferenceReader.Read(path.Text, ReferenceUse.Data, folder, out _) is { } reference)
            value = new DataValue(reference);
        return new InputDefinition
        {
            Name = entry.Key,
            Type = type ?? "string",
            Mode = map is null ? null : PortTables.InputModeOf(map),
            Optional = map is not null && IsOptional(map),
            Value = value,
            Place = entry.KeyPlace,
        };
    }

    /// <summary>An input with what a job or step gives it.</summary>
    /// <param name="declared">What the component says of it; null when nothing declares it.</param>
    /// <param name="declaration">The same in YAML, for its limits.</param>
    public InputDefinition Given(YamlEntry entry, string path, string folder, InputDefinition? declared, YamlMap? declaration)
    {
        var map = entry.Value as YamlMap;
        var scalar = entry.Value as YamlScalar ?? map?.Scalar("value") ?? map?.Scalar("default");
        var ownType = map is null ? null : PortTables.TypeOf(map);
        var value = map?.Scalar("path") is { } place
            ? Content(place, folder)
            : scalar is { IsNull: false } ? Literal(scalar, path, ownType ?? declared?.Type, declaration ?? map) : null;
        var type = ownType ?? declared?.Type ?? value switch
        {
            LiteralValue { Text.IsLiteral: true } => YamlText.TypeOf(scalar!),
            LiteralValue => "string",
            DataValue => "uri_folder",
            _ => null,
        };
        CheckKind(entry, path, value, declared, type);
        return new InputDefinition
        {
            Name = entry.Key,
            Type = type,
            Mode = (map is null ? null : PortTables.InputModeOf(map)) ?? declared?.Mode,
            Optional = declared?.Optional ?? (map is not null && IsOptional(map)),
            Value = value ?? declared?.Value,
            Place = entry.KeyPlace,
        };
    }

    public static OutputDefinition Output(YamlEntry entry, OutputDefinition? declared)
    {
        var map = entry.Value as YamlMap;
        var text = entry.Value is YamlScalar { IsNull: false } scalar ? scalar.Text : map?.Text("path");
        var template = text is null ? null : ExpressionReader.Read(text, s_ignored);
        var parent = template?.Whole is { Kind: ExpressionKind.ParentOutput } bound ? bound.Name : null;
        return new OutputDefinition
        {
            Name = entry.Key,
            Type = (map is null ? null : PortTables.TypeOf(map)) ?? declared?.Type ?? "uri_folder",
            HasOwnType = (map is not null && PortTables.TypeOf(map) is not null) || declared?.HasOwnType == true,
            Mode = (map is null ? null : PortTables.OutputModeOf(map)) ?? declared?.Mode,
            Path = parent is null ? template ?? declared?.Path : null,
            AssetName = map?.Text("name"),
            AssetVersion = map?.Text("version"),
            Description = map?.Text("description") ?? declared?.Description,
            ParentOutput = parent,
            Place = entry.KeyPlace,
        };
    }

    /// <summary>What a text means where content or a binding is wanted.</summary>
    public static InputValue? Content(YamlScalar text, string folder)
    {
        if (ExpressionReader.HasExpression(text.Text))
        {
            var template = ExpressionReader.Read(text.Text, s_ignored);
            return template.Whole is { } whole ? new BoundValue(whole) : new LiteralValue(template);
        }

        return ReferenceReader.Read(text.Text, ReferenceUse.Data, folder, out _) is { } reference ? new DataValue(reference) : null;
    }

    private static bool IsOptional(YamlMap map) => map.Text("optional") is { } optional && YamlText.Boolean(optional) == true;

    private InputValue? Literal(YamlScalar scalar, string path, string? type, YamlMap? declaration)
    {
        if (ExpressionReader.HasExpression(scalar.Text))
        {
            var template = ExpressionReader.Read(scalar.Text, s_ignored);
            return template.Whole is { } whole ? new BoundValue(whole) : new LiteralValue(template);
        }

        if (type is null || !InputDefinition.LiteralTypes.Contains(type))
            return new LiteralValue(Template.Literal(Literals.Plain(scalar)));
        if (Literals.Coerce(scalar, type, declaration, out var wrong) is { } literal)
            return new LiteralValue(Template.Literal(literal));
        problems.Add(scalar.Place, path, wrong!);
        return null;
    }

    private void CheckKind(YamlEntry entry, string path, InputValue? value, InputDefinition? declared, string? type)
    {
        var wantsLiteral = (declared?.Type ?? type) is { } wanted ? InputDefinition.LiteralTypes.Contains(wanted) : (bool?)null;
        var name = declared?.Type ?? type;
        if (wantsLiteral == true && value is DataValue)
            problems.Add(entry.Value.Place, path, $"The input takes a {name}, and content is given; give the value itself.");
        else if (wantsLiteral == false && value is LiteralValue { Text: var text })
            problems.Add(entry.Value.Place, path, $"The input takes content of type {name}, and the text '{text}' is given; write 'path: {text}' below it.");
        else if (wantsLiteral == true && isComplete && value is null && declared?.Value is null && entry.Value is YamlMap map && map["value"] is null && map["default"] is null && !IsOptional(map))
            problems.Add(entry.Value.Place, path, $"The input has no value; give it one (--set {path}=…).");
        else if (wantsLiteral == false && isComplete && value is null && entry.Value is YamlMap && declared?.Value is null)
            problems.Add(entry.Value.Place, Shape.Join(path, "path"), "This field is required and missing; say where the content is.");
    }
}
