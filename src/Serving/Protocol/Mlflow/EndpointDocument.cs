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
        var body = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["dataframe_records"] = Rows(Record(model.Inputs, model)) },
            ["required"] = new JsonArray("dataframe_records"),
        };
        var azure = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["input_data"] = Rows(Record(model.Inputs, model)) },
            ["required"] = new JsonArray("input_data"),
        };
        var predictions = Rows(model.Outputs is [var only] ? Value(only) : Record(model.Outputs, model: null));
        return new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject { ["title"] = endpoint.Definition.Name, ["version"] = model.VersionText, ["description"] = $"Model {model.Name}, version {model.VersionText}." },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = $"/endpoints/{endpoint.Definition.Name}" }),
            ["paths"] = new JsonObject
            {
                ["/score"] = Post("Score rows, Azure ML's way.", azure, predictions),
                ["/invocations"] = Post("Score rows, MLflow's way.", body, new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { ["predictions"] = predictions.DeepClone() },
                }),
            },
        };
    }

    private static JsonObject Post(string summary, JsonObject request, JsonObject answer) => new()
    {
        ["post"] = new JsonObject
        {
            ["summary"] = summary,
            ["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Json(request) },
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject { ["description"] = "One prediction for each row.", ["content"] = Json(answer) },
                ["400"] = new JsonObject { ["description"] = "What is wrong, with the column and the row." },
            },
        },
    };

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
