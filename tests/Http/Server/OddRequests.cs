using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Slipway.Http.Server;

/// <summary>
/// Requests that a route can only refuse, or answer: names that cannot be, numbers without bounds, bodies that miss a field or have a wrong one.
/// They are made from what the OpenAPI document says of it.
/// </summary>
internal sealed partial class OddRequests(JsonObject document)
{
    /// <summary>A name that may exist.</summary>
    public const string Name = "x1";

    private const int DeepestField = 4;

    private static readonly string[] s_places =
    [
        "nope", "0", "-1", "99999999999999999999", "%20", "..%2f..%2fetc", "%F0%9F%98%80", "x%0ay", "x'--", "%ff", "name@1", "name:1", "a%2Fb", "%5Bx",
        new('a', 3000), new('0', 32),
    ];

    private static readonly string[] s_queries =
    [
        "", "x", "-1", "0", "99999999999999999999", "1e400", "%00", "%F0%9F%98%80", "'", "true", "2026-13-45", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "%ff", "{",
    ];

    private static readonly string?[] s_bodies = [null, "", "{", "[]", "null", "\"x\"", "5", "{}", "{\"a\":", "\"\\ud800\"", new('[', 3000)];

    private static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO"];

    private static readonly Dictionary<string, string[]> s_wrong = new()
    {
        ["string"] = ["5", "null", "[]", "{}", "\"\"", "\" \"", "\"\\u0000\"", "\"../../etc/passwd\"", "\"x' or 1=1--\"", "\"😀\"", "\"9999-12-31T23:59:59Z\"", "\"[\"", $"\"{new string('a', 5000)}\""],
        ["integer"] = ["\"x\"", "null", "1.5", "-1", "0", "9223372036854775807", "-9223372036854775808", "1180591620717411303424", "[]"],
        ["number"] = ["\"x\"", "null", "-1", "0", "1e308", "\"NaN\"", "[]"],
        ["boolean"] = ["\"x\"", "null", "1"],
        ["array"] = ["\"x\"", "null", "[]", "{}", "[null]", "[[]]", "[{}]", "[5]"],
        ["object"] = ["\"x\"", "null", "{}", "[]", "{\"a\": null}", "{\"\": \"\"}", "{\"\\u0000\": 1}"],
    };

    /// <summary>A thing to ask for, as it is sent.</summary>
    public sealed record Request(string Method, string Path, string? Body);

    public IEnumerable<Request> All() => document["paths"]!.AsObject()
        .Where(path => path.Key.StartsWith("/api/v1/", StringComparison.Ordinal))
        .SelectMany(path => OfRoute(path.Key, path.Value!.AsObject()));

    /// <summary>One for each operation of /api/v1, as somebody would send it.</summary>
    public IEnumerable<Request> Usual() =>
        from path in document["paths"]!.AsObject()
        where path.Key.StartsWith("/api/v1/", StringComparison.Ordinal)
        from verb in path.Value!.AsObject()
        select new Request(verb.Key.ToUpperInvariant(), Parameter.Replace(path.Key, Name), Body(verb.Value!)?.ToJsonString());

    private IEnumerable<Request> OfRoute(string path, JsonObject verbs)
    {
        var usual = Parameter.Replace(path, Name);
        var requests = s_methods.Where(method => !verbs.ContainsKey(method.ToLowerInvariant())).Select(method => new Request(method, usual, null));
        // A HEAD is answered without a body, and so without a sentence.
        foreach (var (verb, operation) in verbs.Where(verb => verb.Key != "head"))
        {
            var method = verb.ToUpperInvariant();
            var schema = operation!["requestBody"]?["content"]?["application/json"]?["schema"];
            var body = Body(operation);
            requests = requests
                .Concat(Places(path).Select(place => new Request(method, place, body?.ToJsonString())))
                .Concat(Queries(operation).Select(query => new Request(method, $"{usual}?{query}", body?.ToJsonString())));
            if (method != "GET")
                requests = requests.Concat(s_bodies.Concat(schema is null ? [] : Wrong(schema, body, 0)).Select(wrong => new Request(method, usual, wrong)));
        }

        return requests;
    }

    private static IEnumerable<string> Places(string path)
    {
        yield return Parameter.Replace(path, Name);
        for (var i = 0; i < Parameter.Count(path); i++)
        {
            foreach (var odd in s_places)
            {
                var index = 0;
                yield return Parameter.Replace(path, _ => index++ == i ? odd : Name);
            }
        }
    }

    private static IEnumerable<string> Queries(JsonNode operation) => (operation["parameters"]?.AsArray() ?? [])
        .Where(parameter => (string?)parameter!["in"] == "query")
        .SelectMany(parameter => s_queries.Select(value => $"{parameter!["name"]}={value}"));

    private IEnumerable<string> Wrong(JsonNode schema, JsonNode? sample, int depth)
    {
        schema = Resolve(schema);
        var wrong = (IEnumerable<string>)s_wrong.GetValueOrDefault(Kind(schema), ["5", "\"x\"", "null", "[]", "{}"]);
        if (depth == DeepestField)
            return wrong;

        if (sample is JsonObject fields)
        {
            foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
            {
                wrong = wrong.Append(With(fields, name, null)).Concat(Wrong(field!, fields[name], depth + 1).Select(value => With(fields, name, value)));
            }
        }
        else if (sample is JsonArray { Count: 1 } list)
        {
            wrong = wrong.Concat(Wrong(schema["items"]!, list[0], depth + 1).Select(value => $"[{value}]"));
        }

        return wrong;
    }

    private JsonNode? Body(JsonNode operation) =>
        operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema ? Sample(schema, 0) : null;

    private JsonNode? Sample(JsonNode schema, int depth)
    {
        schema = Resolve(schema);
        if (schema["enum"] is { } values)
            return values[0]!.DeepClone();

        return Kind(schema) switch
        {
            "object" => new JsonObject((schema["properties"]?.AsObject() ?? []).Where(_ => depth < DeepestField)
                .Select(field => KeyValuePair.Create(field.Key, Sample(field.Value!, depth + 1)))),
            "array" => depth < DeepestField ? new JsonArray(Sample(schema["items"]!, depth + 1)) : [],
            "integer" => 1,
            "number" => 1.5,
            "boolean" => true,
            _ => Name,
        };
    }

    // What may be null is told as a choice of null and the thing itself.
    private JsonNode Resolve(JsonNode schema)
    {
        while (true)
        {
            if ((string?)schema["$ref"] is { } reference)
                schema = document["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]]!;
            else if ((schema["oneOf"] ?? schema["anyOf"])?.AsArray().FirstOrDefault(choice => Kind(choice!) != "null") is { } thing)
                schema = thing;
            else
                return schema;
        }
    }

    private static string Kind(JsonNode schema) => schema["type"] switch
    {
        JsonArray several => several.Select(type => (string)type!).First(type => type != "null"),
        JsonNode type => (string)type!,
        null => schema["properties"] is null ? "any" : "object",
    };

    private static string With(JsonObject fields, string name, string? value) =>
        $"{{{string.Join(", ", fields.Where(field => value is not null || field.Key != name)
            .Select(field => $"\"{field.Key}\": {(field.Key == name ? value : field.Value?.ToJsonString() ?? "null")}"))}}}";

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter { get; }
}
