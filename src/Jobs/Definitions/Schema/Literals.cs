using System.Globalization;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Brings literals to the type that an input declares.</summary>
internal static class Literals
{
    private static readonly string[] s_limits = ["min", "max"];

    /// <summary>
    /// The text that the process gets: integers plain, floats as written, booleans True and False. Null, and what is
    /// wrong, when the value does not fit.
    /// </summary>
    public static string? Coerce(YamlScalar value, string type, YamlMap? declaration, out string? wrong)
    {
        var text = Text(value, type);
        wrong = text is null
            ? $"'{value.Text}' is not {Article(type)}; expected {Expected(type)}."
            : Limit(text, type, declaration);
        return wrong is null ? text : null;
    }

    /// <summary>The text of a literal that is declared nowhere.</summary>
    public static string Plain(YamlScalar value) => value.IsNull ? "" : Text(value, YamlText.TypeOf(value)) ?? value.Text;

    public static void CheckDeclaration(YamlMap map, string path, Check check)
    {
        if (PortTables.TypeOf(map) is not { } type)
            return;

        var isLiteral = InputDefinition.LiteralTypes.Contains(type);
        if (map.Scalar("default") is { } given)
        {
            if (!isLiteral)
                check.Refuse(given, Shape.Join(path, "default"), $"A {type} has no default; only string, integer, number and boolean do.");
            else if (Coerce(given, type, map, out var wrong) is null)
                check.Refuse(given, Shape.Join(path, "default"), wrong!);
        }

        foreach (var limit in s_limits.Where(limit => map[limit] is not null && type is not ("integer" or "number")))
            check.Refuse(map[limit]!, Shape.Join(path, limit), $"A {type} has no '{limit}'; only integer and number do.");
        if (map["enum"] is not null && !isLiteral)
            check.Refuse(map["enum"]!, Shape.Join(path, "enum"), $"A {type} has no 'enum'; only literals do.");
        if (Rule.Number(map, "min") > Rule.Number(map, "max"))
            check.Refuse(map["min"]!, Shape.Join(path, "min"), $"min {map.Text("min")} is above max {map.Text("max")}.");
    }

    private static string? Text(YamlScalar value, string type) => type switch
    {
        "integer" => YamlText.Integer(value.Text)?.ToString(CultureInfo.InvariantCulture),
        "number" => YamlText.Number(value.Text) is null ? null : value.Text,
        "boolean" => YamlText.Boolean(value.Text) is { } flag ? flag ? "True" : "False" : null,
        _ => YamlText.Of(value),
    };

    private static string? Limit(string text, string type, YamlMap? declaration)
    {
        if (declaration is null)
            return null;
        if (type is "integer" or "number" && YamlText.Number(text) is { } number)
        {
            if (number < Rule.Number(declaration, "min"))
                return $"{text} is below the minimum, which is {declaration.Text("min")}.";
            if (number > Rule.Number(declaration, "max"))
                return $"{text} is above the maximum, which is {declaration.Text("max")}.";
        }

        var allowed = ((declaration["enum"] as YamlList)?.Items ?? []).OfType<YamlScalar>().Select(item => Text(item, type) ?? item.Text).ToList();
        return allowed.Count == 0 || allowed.Contains(text)
            ? null
            : $"'{text}' is none of the allowed values: {string.Join(", ", allowed)}.{Kernel.Nearest.Hint(text, allowed)}";
    }

    private static string Article(string type) => type is "integer" ? "an integer" : $"a {type}";

    private static string Expected(string type) => type switch
    {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        _ => "text",
    };
}
