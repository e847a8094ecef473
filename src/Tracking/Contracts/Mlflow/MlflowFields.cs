using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>
/// The fields of a request, or of an object inside it, read by MLflow's rules: snake_case or camelCase names, null is
/// absent, numbers may be strings. Query parameters come in the same form.
/// </summary>
public readonly struct MlflowFields
{
    private const string SeeDocs = "See the API docs for more information about request parameters.";

    private readonly JsonElement _json;
    private readonly string _path;

    /// <param name="path">What stands before a field's name in messages: "metrics[0].".</param>
    public MlflowFields(JsonElement json, string path = "")
    {
        _json = json;
        _path = path;
    }

    /// <summary>The refusal of a field that has to be there.</summary>
    public static SlipwayException Missing(string name) =>
        SlipwayException.Invalid($"Missing value for required parameter '{name}'. {SeeDocs}");

    /// <summary>The refusal of a field of the wrong type or over its limit.</summary>
    /// <param name="value">As it stands in the JSON text.</param>
    /// <param name="type">The type that it has, in Python's words.</param>
    public static SlipwayException Wrong(string name, string value, string type) =>
        SlipwayException.Invalid(
            $"Invalid value {Shown(value)} for parameter '{name}' supplied:  "
            + $"Hint: Value was of type '{type}'. {SeeDocs}");

    /// <summary>The field's full name in messages.</summary>
    public string NameOf(string name) => _path + name;

    /// <summary>The field as JSON; null when it is absent or null.</summary>
    public JsonElement? Find(string name)
    {
        if (_json.ValueKind != JsonValueKind.Object)
            return null;
        if (_json.TryGetProperty(name, out var value) || _json.TryGetProperty(CamelCase(name), out value))
            return value.ValueKind == JsonValueKind.Null ? null : value;
        return null;
    }

    /// <summary>The first of several names that is present: run_id, else run_uuid.</summary>
    public string Required(string name, string alias) => Text(name) is { Length: > 0 } text ? text
        : Text(alias) is { Length: > 0 } other ? other
        : throw Missing(_path + name);

    /// <summary>A text that is present and not empty.</summary>
    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw Missing(_path + name);

    public string? Text(string name) => Find(name) is { } value ? Text(name, value, value) : null;

    public long? WholeNumber(string name)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var number) => number,
            JsonValueKind.Number when value.TryGetDouble(out var number) && IsInteger(number) => (long)number,
            JsonValueKind.String when long.TryParse(
                Text(name, value, value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw Wrong(name, value),
        };
    }

    public double? Number(string name)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            JsonValueKind.String when MlflowNumbers.TryParse(Text(name, value, value), out var number) => number,
            _ => throw Wrong(name, value),
        };
    }

    public bool? Bool(string name)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(Text(name, value, value), out var flag) => flag,
            _ => throw Wrong(name, value),
        };
    }

    /// <summary>An enum given by name or number.</summary>
    public int? Enum(string name, FrozenDictionary<string, int> numbers)
    {
        if (Find(name) is not { } value)
            return null;
        var text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : Text(name, value, value);
        if (numbers.TryGetValue(text, out var number))
            return number;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && numbers.Values.Contains(number)
            ? number
            : throw SlipwayException.Invalid(
                $"Invalid value {Shown(value.GetRawText())} for parameter '{_path + name}' supplied: it is one of {string.Join(", ", numbers.Keys.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>A list of texts; a single text (one query parameter) is a list of one.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.String)
            return [Text(name, value, value)];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, value);

        var texts = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
            texts.Add(Text(name, item, value));
        return texts;
    }

    /// <summary>A list of objects; messages name them "tags[2].key".</summary>
    public IReadOnlyList<MlflowFields> Objects(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, value);

        var objects = new List<MlflowFields>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            objects.Add(item.ValueKind == JsonValueKind.Object
                ? new MlflowFields(item, $"{_path}{name}[{objects.Count}].")
                : throw Wrong(name, value));
        }

        return objects;
    }

    /// <summary>All fields as they came, to be kept as JSON.</summary>
    public JsonObject Whole() =>
        _json.ValueKind == JsonValueKind.Object ? JsonNode.Parse(_json.GetRawText())!.AsObject() : [];

    /// <summary>A nested object; without fields when it is absent.</summary>
    public MlflowFields Nested(string name) => Find(name) is not { } value ? new MlflowFields(default, $"{_path}{name}.")
        : value.ValueKind == JsonValueKind.Object ? new MlflowFields(value, $"{_path}{name}.")
        : throw Wrong(name, value);

    /// <param name="whole">What the refusal shows.</param>
    private string Text(string name, JsonElement value, JsonElement whole)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Wrong(name, whole);
        try
        {
            var text = value.GetString()!;

            // PostgreSQL keeps no NUL, and no two databases should differ in what they take.
            return text.Contains('\0') ? throw Wrong(name, whole) : text;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are not UTF-8.
            throw Wrong(name, whole);
        }
    }

    private SlipwayException Wrong(string name, JsonElement value) =>
        Wrong(_path + name, value.GetRawText(), TypeOf(value));

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "str",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "int" : "float",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "list",
        JsonValueKind.Object => "dict",
        _ => "NoneType",
    };

    private static string Shown(string value) => value.Length <= 200 ? value : value[..200] + "…";

    private static bool IsInteger(double number) => Math.Floor(number) == number && Math.Abs(number) < 9.2e18;

    private static string CamelCase(string name)
    {
        var words = name.Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
