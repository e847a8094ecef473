using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Output.JmesPath;

/// <summary>The functions of the specification, with the types that their arguments must have.</summary>
internal static class JmesFunctions
{
    private static readonly FrozenDictionary<string, Function> s_all = new Function[]
    {
        new("abs", ["number"], given => Number(Math.Abs(given[0].Double()))),
        new("avg", ["numbers"], given => given[0].Items().Count == 0 ? null : Number(given[0].Doubles().Average())),
        new("ceil", ["number"], given => Number(Math.Ceiling(given[0].Double()))),
        new("contains", ["array|string", "any"], given => Contains(given[0].Value, given[1].Value)),
        new("ends_with", ["string", "string"], given => given[0].Text().EndsWith(given[1].Text(), StringComparison.Ordinal)),
        new("floor", ["number"], given => Number(Math.Floor(given[0].Double()))),
        new("join", ["string", "strings"], given => string.Join(given[0].Text(), given[1].Items().Select(JmesValue.Text))),
        new("keys", ["object"], given => JmesValue.List(given[0].Map().Select(entry => (JsonNode)entry.Key))),
        new("length", ["string|array|object"], given => Length(given[0].Value!)),
        new("map", ["expression", "array"], given => JmesValue.List(given[1].Items().Select(given[0].Expression!.Evaluate))),
        new("max", ["comparables"], given => given[0].Sorted(item => item).LastOrDefault()),
        new("max_by", ["array", "expression"], given => Extreme(given, -1)),
        new("merge", ["object"], Merge) { TakesMore = true },
        new("min", ["comparables"], given => given[0].Sorted(item => item).FirstOrDefault()),
        new("min_by", ["array", "expression"], given => Extreme(given, 1)),
        new("not_null", ["any"], given => given.Select(argument => argument.Value).FirstOrDefault(value => value is not null)) { TakesMore = true },
        new("reverse", ["array|string"], given => Reverse(given[0].Value!)),
        new("sort", ["comparables"], given => JmesValue.List(given[0].Sorted(item => item))),
        new("sort_by", ["array", "expression"], given => JmesValue.List(given[0].Sorted(Key("sort_by", given)))),
        new("starts_with", ["string", "string"], given => given[0].Text().StartsWith(given[1].Text(), StringComparison.Ordinal)),
        new("sum", ["numbers"], given => Number(given[0].Doubles().Sum())),
        new("to_array", ["any"], given => given[0].Value is JsonArray list ? list : JmesValue.List([given[0].Value])),
        new("to_number", ["any"], given => ToNumber(given[0].Value)),
        new("to_string", ["any"], given => JmesValue.Text(given[0].Value) ?? given[0].Value?.ToJsonString() ?? "null"),
        new("type", ["any"], given => JmesValue.TypeOf(given[0].Value)),
        new("values", ["object"], given => JmesValue.List(given[0].Map().Select(entry => entry.Value))),
    }.ToFrozenDictionary(function => function.Name);

    /// <summary>A call whose name, count of arguments and kinds of arguments are right; types of values are seen when it runs.</summary>
    public static FunctionNode Bind(string name, IReadOnlyList<JmesNode> arguments, Func<string, SlipwayException> refusal)
    {
        if (!s_all.TryGetValue(name, out var function))
            throw refusal($"there is no function '{name}'.{Nearest.Hint(name, s_all.Keys)} Known: {string.Join(", ", s_all.Keys.Order(StringComparer.Ordinal))}.");
        if (arguments.Count < function.Types.Length || (arguments.Count > function.Types.Length && !function.TakesMore))
            throw refusal($"{name} takes {function.Types.Length} argument{(function.Types.Length == 1 ? "" : "s")}{(function.TakesMore ? " or more" : "")}, and {arguments.Count} are given.");
        for (var at = 0; at < arguments.Count; at++)
        {
            if (function.TypeOf(at) == "expression" != arguments[at] is ReferenceNode)
                throw refusal($"argument {at + 1} of {name} is {(arguments[at] is ReferenceNode ? "a value, without '&'" : "an expression: &name")}.");
        }

        return new FunctionNode(arguments, given => function.Run(given));
    }

    private static JsonNode Number(double value) => JsonValue.Create(value);

    private static JsonNode Length(JsonNode value) => value switch
    {
        JsonArray list => list.Count,
        JsonObject map => map.Count,
        _ => new StringInfo(value.GetValue<string>()).LengthInTextElements,
    };

    private static JsonNode Contains(JsonNode? whole, JsonNode? part) => whole is JsonArray list
        ? list.Any(item => JmesValue.AreSame(item, part))
        : JmesValue.Text(part) is { } text && JmesValue.Text(whole)!.Contains(text, StringComparison.Ordinal);

    private static JsonNode Reverse(JsonNode value)
    {
        if (value is JsonArray list)
            return JmesValue.List(list.Reverse());
        var characters = value.GetValue<string>().EnumerateRunes().Reverse();
        return string.Concat(characters.Select(rune => rune.ToString()));
    }

    private static JsonObject Merge(IReadOnlyList<JmesArgument> given)
    {
        var merged = new JsonObject();
        foreach (var entry in given.SelectMany(argument => argument.Map()))
            merged[entry.Key] = entry.Value?.DeepClone();
        return merged;
    }

    private static JsonNode? ToNumber(JsonNode? value)
    {
        if (JmesValue.Number(value) is not null)
            return value;
        return double.TryParse(JmesValue.Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? Number(number)
            : null;
    }

    // The first of equals, for both ends.
    private static JsonNode? Extreme(IReadOnlyList<JmesArgument> given, int sign)
    {
        var key = Key(sign > 0 ? "min_by" : "max_by", given);
        JsonNode? best = null;
        foreach (var item in given[0].Sorted(key))
        {
            if (best is null || JmesValue.Compare(key(item), key(best)) * sign < 0)
                best = item;
        }

        return best;
    }

    private static Func<JsonNode?, JsonNode?> Key(string name, IReadOnlyList<JmesArgument> given) => item =>
        given[1].Expression!.Evaluate(item) is var key && JmesValue.Compare(key, key) is not null
            ? key
            : throw SlipwayException.Invalid($"--query: {name} orders by numbers or by texts, and for an item the expression gives {JmesValue.TypeOf(key)}.");

    private static string Text(this JmesArgument argument) => JmesValue.Text(argument.Value)!;

    private static double Double(this JmesArgument argument) => JmesValue.Number(argument.Value)!.Value;

    private static JsonArray Items(this JmesArgument argument) => (JsonArray)argument.Value!;

    private static JsonObject Map(this JmesArgument argument) => (JsonObject)argument.Value!;

    private static IEnumerable<double> Doubles(this JmesArgument argument) =>
        argument.Items().Select(item => JmesValue.Number(item)!.Value);

    private static List<JsonNode?> Sorted(this JmesArgument argument, Func<JsonNode?, JsonNode?> key)
    {
        var keyed = argument.Items().Select(item => (Item: item, Key: key(item))).ToList();
        if (keyed.Select(pair => JmesValue.TypeOf(pair.Key)).Distinct().Count() > 1)
            throw SlipwayException.Invalid("--query: numbers and texts cannot be ordered together.");
        return [.. keyed.OrderBy(pair => pair.Key, Comparer<JsonNode?>.Create((a, b) => JmesValue.Compare(a, b)!.Value)).Select(pair => pair.Item)];
    }

    private sealed record Function(string Name, string[] Types, Func<IReadOnlyList<JmesArgument>, JsonNode?> Body)
    {
        /// <summary>The last argument may be repeated.</summary>
        public bool TakesMore { get; init; }

        public string TypeOf(int argument) => Types[Math.Min(argument, Types.Length - 1)];

        public JsonNode? Run(IReadOnlyList<JmesArgument> given)
        {
            for (var at = 0; at < given.Count; at++)
            {
                if (!Fits(TypeOf(at), given[at].Value))
                    throw SlipwayException.Invalid($"--query: argument {at + 1} of {Name} must be {Wanted(TypeOf(at))}, and it is {JmesValue.TypeOf(given[at].Value)}: {given[at].Value?.ToJsonString() ?? "null"}");
            }

            return Body(given);
        }

        private static bool Fits(string type, JsonNode? value) => type switch
        {
            "any" or "expression" => true,
            "numbers" => value is JsonArray list && list.All(item => JmesValue.TypeOf(item) == "number"),
            "strings" => value is JsonArray list && list.All(item => JmesValue.TypeOf(item) == "string"),
            "comparables" => Fits("numbers", value) || Fits("strings", value),
            _ => type.Split('|').Contains(JmesValue.TypeOf(value)),
        };

        private static string Wanted(string type) => type switch
        {
            "numbers" => "an array of numbers",
            "strings" => "an array of strings",
            "comparables" => "an array of numbers or one of strings",
            _ => type.Replace("|", " or ", StringComparison.Ordinal),
        };
    }
}
