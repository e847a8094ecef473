using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>A single value, or expressions where the scope lets them stand for it.</summary>
internal abstract class ScalarShape : Shape
{
    public ExpressionScope Scope { get; init; }

    public override void Check(YamlNode node, string path, Check check)
    {
        if (node is not YamlScalar scalar || scalar.IsNull)
            check.Refuse(node, path, $"This is {node.Noun}; expected {Expected}.");
        else if (Scope != ExpressionScope.None && ExpressionReader.HasExpression(scalar.Text))
            check.Expressions(scalar, path, Scope);
        else if (!Accepts(scalar))
            check.Refuse(node, path, $"'{Shorten(scalar.Text)}' is not allowed{Why(scalar)}; expected {Expected}.{Hint(scalar)}");
    }

    public override JsonNode? Json(YamlNode node) =>
        node is YamlScalar scalar ? ExpressionReader.HasExpression(scalar.Text) ? scalar.Text : Value(scalar) : null;

    public override JsonObject Export(SchemaExport export) =>
        Scope == ExpressionScope.None || this is TextShape ? Exported() : new JsonObject
        {
            ["anyOf"] = new JsonArray(Exported(), new JsonObject { ["type"] = "string", ["pattern"] = @"\$\{\{" }),
        };

    protected abstract bool Accepts(YamlScalar scalar);

    protected abstract JsonNode? Value(YamlScalar scalar);

    protected abstract JsonObject Exported();

    protected virtual string Hint(YamlScalar scalar) => "";

    protected virtual string Why(YamlScalar scalar) => "";

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..77] + "...";
}

/// <summary>Text; numbers and booleans count by their text.</summary>
internal sealed class TextShape : ScalarShape
{
    public Regex? Pattern { get; init; }

    public override string Expected => Explanation ?? "text";

    public string? Explanation { get; init; }

    protected override bool Accepts(YamlScalar scalar) => Pattern is null || Pattern.IsMatch(YamlText.Of(scalar));

    protected override JsonNode? Value(YamlScalar scalar) => YamlText.Of(scalar);

    protected override JsonObject Exported()
    {
        var types = new JsonArray("string", "number", "boolean");
        return Pattern is null
            ? new JsonObject { ["type"] = types }
            : new JsonObject { ["type"] = types, ["pattern"] = Pattern.ToString().Replace(@"\A", "^").Replace(@"\z", "$") };
    }
}

/// <summary>One of some words; case, '-', '_' and camelCase make no difference.</summary>
internal sealed class ChoiceShape(params string[] values) : ScalarShape
{
    public IReadOnlyList<string> Values => values;

    /// <summary>Spellings that mean a value: docs and tools do not always agree.</summary>
    public IReadOnlyDictionary<string, string> Synonyms { get; init; } = new Dictionary<string, string>();

    public override string Expected => values.Length == 1 ? $"'{values[0]}'" : $"one of {string.Join(", ", values)}";

    /// <summary>The value as it is spelt in the table, or null.</summary>
    public string? Find(string text)
    {
        var folded = Fold(text);
        return values.FirstOrDefault(value => Fold(value) == folded)
            ?? Synonyms.FirstOrDefault(pair => Fold(pair.Key) == folded).Value;
    }

    protected override bool Accepts(YamlScalar scalar) => Find(scalar.Text) is not null;

    protected override JsonNode? Value(YamlScalar scalar) => Find(scalar.Text) ?? scalar.Text;

    protected override string Hint(YamlScalar scalar) => values.Length > 4 ? Nearest.Hint(scalar.Text, values) : "";

    protected override JsonObject Exported() =>
        new() { ["enum"] = new JsonArray([.. values.Concat(Synonyms.Keys).Select(value => JsonValue.Create(value))]) };

    private static string Fold(string text) =>
        string.Concat(text.Where(c => c is not ('-' or '_' or ' '))).ToUpperInvariant();
}

/// <summary>A number, as such or as its text.</summary>
internal sealed class NumberShape : ScalarShape
{
    public bool IsInteger { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>True: the limits themselves are outside.</summary>
    public bool IsOpen { get; init; }

    /// <summary>A word that is allowed instead ("auto").</summary>
    public string? Word { get; init; }

    public override string Expected
    {
        get
        {
            var noun = IsInteger ? "a whole number" : "a number";
            var range = (Min, Max, IsOpen) switch
            {
                ({ } min, { } max, true) => $" between {Text(min)} and {Text(max)}, without these",
                ({ } min, { } max, _) => $" from {Text(min)} to {Text(max)}",
                ({ } min, null, true) => $" above {Text(min)}",
                ({ } min, null, _) => $" of at least {Text(min)}",
                (null, { } max, _) => $" of at most {Text(max)}",
                _ => "",
            };
            return noun + range + (Word is null ? "" : $", or {Word}");
        }
    }

    protected override bool Accepts(YamlScalar scalar)
    {
        if (Word is not null && string.Equals(scalar.Text, Word, StringComparison.OrdinalIgnoreCase))
            return true;

        var number = IsInteger ? YamlText.Integer(scalar.Text) : YamlText.Number(scalar.Text);
        return number is { } value && (IsOpen ? !(value <= Min) && !(value >= Max) : !(value < Min) && !(value > Max));
    }

    protected override JsonNode? Value(YamlScalar scalar) =>
        YamlText.Integer(scalar.Text) is { } whole ? whole : YamlText.Number(scalar.Text) is { } number ? number : scalar.Text;

    protected override JsonObject Exported()
    {
        var schema = new JsonObject { ["type"] = IsInteger ? "integer" : "number" };
        if (Min is not null)
            schema[IsOpen ? "exclusiveMinimum" : "minimum"] = Min;
        if (Max is not null)
            schema[IsOpen ? "exclusiveMaximum" : "maximum"] = Max;
        return Word is null ? schema : new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["const"] = Word }) };
    }

    private static string Text(double value) => value.ToString("0.############", CultureInfo.InvariantCulture);
}

/// <summary>true or false, as such or as text.</summary>
internal sealed class BooleanShape : ScalarShape
{
    public override string Expected => "true or false";

    protected override bool Accepts(YamlScalar scalar) => YamlText.Boolean(scalar.Text) is not null;

    protected override JsonNode? Value(YamlScalar scalar) => YamlText.Boolean(scalar.Text) is { } value ? value : scalar.Text;

    protected override JsonObject Exported() => new() { ["type"] = "boolean" };
}

/// <summary>A reference of section "References": an asset, a place, a file.</summary>
internal sealed class ReferenceShape(ReferenceUse use) : ScalarShape
{
    public override string Expected => $"{use.Noun} ({use.Forms})";

    public override void Check(YamlNode node, string path, Check check)
    {
        if (node is YamlScalar { IsNull: false } scalar && !(Scope != ExpressionScope.None && ExpressionReader.HasExpression(scalar.Text)))
            check.Reference(scalar, path, use);
        else
            base.Check(node, path, check);
    }

    protected override bool Accepts(YamlScalar scalar) => true;

    protected override JsonNode? Value(YamlScalar scalar) => YamlText.Of(scalar);

    protected override JsonObject Exported() => new() { ["type"] = "string" };
}
