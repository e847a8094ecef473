using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Jobs.Definitions;

namespace Slipway.Jobs.Planning;

/// <summary>Fills <c>${{…}}</c> into text that was checked before.</summary>
internal static partial class Placeholders
{
    /// <param name="valueOf">Null leaves the expression as it stands.</param>
    public static string Fill(string text, Func<Expression, string?> valueOf) => ExpressionReader.HasExpression(text)
        ? ExpressionReader.Read(text, _ => { }).Fill(expression => valueOf(expression) ?? expression.ToString())
        : text;

    /// <summary>Fills all strings of a JSON value; names of properties stay.</summary>
    public static JsonNode? Fill(JsonNode? node, Func<Expression, string?> valueOf) => node switch
    {
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Fill(pair.Value, valueOf)))),
        JsonArray list => new JsonArray([.. list.Select(item => Fill(item, valueOf))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Fill(text, valueOf)),
        _ => node?.DeepClone(),
    };

    /// <summary>
    /// Keeps the optional parts <c>$[[…]]</c> of a component's command without the brackets when all inputs in them have
    /// a value, and leaves them out otherwise.
    /// </summary>
    public static string KeepOptional(string text, Func<string, bool> hasValue) =>
        text.Contains("$[[", StringComparison.Ordinal)
            ? OptionalPart().Replace(text, match => KeepIf(match.Groups[1].Value, hasValue))
            : text;

    private static string KeepIf(string part, Func<string, bool> hasValue) =>
        ExpressionReader.Read(part, _ => { }).Expressions.All(inner => inner.Kind != ExpressionKind.Input || hasValue(inner.Name))
            ? part
            : "";

    [GeneratedRegex(@"\$\[\[(.*?)\]\]", RegexOptions.Singleline)]
    private static partial Regex OptionalPart();
}
