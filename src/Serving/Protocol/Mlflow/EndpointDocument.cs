using System.Text.Json.Nodes;
using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>/swagger.json: an endpoint's OpenAPI document, made from what the model of its traffic takes and answers.</summary>
internal static class EndpointDocument
{
    public static JsonObject Create(ServedEndpoint endpoint)
    {
        var model = endpoint.Shown(model: null, version: null).Model;
        var document = new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject { ["title"] = endpoint.Definition.Name, ["version"] = model.VersionText, ["description"] = $"Model {model.Name}, version {model.VersionText}." },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = $"/endpoints/{endpoint.Definition.Name}" }),
            ["paths"] = model.Inputs.Length == 0 ? Free() : Tables(model),
        };
        if (endpoint.Definition.Settings.AuthMode is not null)
        {
            document["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
            };
            document["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() });
        }

        return document;
    }

    // A script reads what it likes.
    private static JsonObject Free() => new()
    {
        ["/score"] = Post("score", "Ask the script.", Json([]), [], "What the script answers."),
        ["/invocations"] = Post("invocations", "Ask the script.", Json([]), [], "What the script answers."),
    };

    private static JsonObject Tables(ServedModel model)
    {
        const string answers = "One prediction for each row.";
        var predictions = Rows(model.Outputs is [var only] ? Value(only) : Record(model.Outputs, model: null));
        var wrapped = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["predictions"] = predictions.DeepClone() } };
        return new JsonObject
        {
            ["/score"] = Post("score", "Score rows, Azure ML's way.", Table("input_data", model), predictions, answers),
            ["/invocations"] = Post("invocations", "Score rows, MLflow's way.", Table("dataframe_records", model), wrapped, answers),
        };
    }

    private static JsonObject Table(string form, ServedModel model)
    {
        var content = Json(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [form] = Rows(Record(model.Inputs, model)) },
            ["required"] = new JsonArray(form),
        });
        content["application/json"]!["example"] = new JsonObject
        {
            [form] = new JsonArray(new JsonObject(model.Inputs.Select(input => KeyValuePair.Create(input.Name, Example(input, model))))),
        };
        return content;
    }

    private static JsonObject Post(string id, string summary, JsonObject request, JsonObject answer, string answers) => new()
    {
        ["post"] = new JsonObject
        {
            ["operationId"] = id,
            ["summary"] = summary,
            ["requestBody"] = new JsonObject { ["required"] = true, ["content"] = request },
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject { ["description"] = answers, ["content"] = Json(answer) },
                ["400"] = new JsonObject { ["description"] = "What is wrong, with the column and the row." },
                ["429"] = new JsonObject { ["description"] = "Too many requests wait; Retry-After says for how long." },
                ["503"] = new JsonObject { ["description"] = "No deployment answers now; Retry-After says for how long." },
                ["504"] = new JsonObject { ["description"] = "It took longer than it may." },
            },
        },
    };

    private static JsonNode? Example(TensorPlan column, ServedModel model)
    {
        var one = column.ElementType switch
        {
            OnnxElementType.String => (JsonNode)(model.Categories(column) is [var first, ..] ? first : "text"),
            OnnxElementType.Bool => true,
            _ => 1,
        };
        return column.RowLength == 1 ? one : new JsonArray([.. Enumerable.Range(0, Math.Min(column.RowLength, 1024)).Select(_ => one.DeepClone())]);
    }

    private static JsonObject Json(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Rows(JsonObject row) => new() { ["type"] = "array", ["items"] = row };

    /// <param name="model">For inputs: says which are optional and which categories they have.</param>
    private static JsonObject Record(TensorPlan[] columns, ServedModel? model)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var column in columns)
        {
            var schema = Value(column);
            if (model?.Categories(column) is { } categories)
                schema["enum"] = new JsonArray([.. categories.Select(category => (JsonNode)category)]);
            properties[column.Name] = schema;
            if (model?.IsOptional(column) != true)
                required.Add((JsonNode)column.Name);
        }

        var record = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            record["required"] = required;
        return record;
    }

    private static JsonObject Value(TensorPlan plan) => plan.RowLength == 1 ? Scalar(plan.ElementType) : Rows(Scalar(plan.ElementType));

    private static JsonObject Scalar(OnnxElementType type) => type switch
    {
        OnnxElementType.String => new JsonObject { ["type"] = "string" },
        OnnxElementType.Bool => new JsonObject { ["type"] = "boolean" },
        _ when type.IsFloating() => new JsonObject { ["type"] = "number", ["nullable"] = true },
        _ => new JsonObject { ["type"] = "integer" },
    };
}
