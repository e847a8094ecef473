using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.Cli.Output;

/// <summary>JSON as YAML in block style.</summary>
internal static class YamlOutput
{
    public static string Of(JsonNode node)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(node, emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(JsonNode? node, Emitter emitter)
    {
        switch (node)
        {
            case JsonObject fields:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, fields.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (key, value) in fields)
                {
                    emitter.Emit(Text(key));
                    Emit(value, emitter);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray items:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, items.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in items)
                    Emit(item, emitter);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                emitter.Emit(Text(value.GetValue<string>()));
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }

    // What would be read as a number, a boolean or null stands in quotes.
    private static Scalar Text(string text)
    {
        var style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
            : IsPlain(text) ? ScalarStyle.Any
            : ScalarStyle.SingleQuoted;
        return new Scalar(AnchorName.Empty, TagName.Empty, text, style, true, true);
    }

    private static bool IsPlain(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '.' or '<' or '_')
        && text.ToUpperInvariant() is not ("TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N" or ".INF" or ".NAN")
        && !(text[0] == '.' && text.Length > 1 && char.IsAsciiDigit(text[1]));
}
