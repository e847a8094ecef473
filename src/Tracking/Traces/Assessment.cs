using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>A judgement of a trace: feedback, or what was expected.</summary>
internal sealed record Assessment
{
    private static readonly string[] s_kinds = ["feedback", "expectation", "issue"];

    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The value as JSON, for searches.</summary>
    public string? Value { get; init; }

    public string? Overrides { get; init; }

    public required bool Valid { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public required JsonObject Content { get; init; }

    /// <summary>A new one from a request.</summary>
    public static Assessment Read(MlflowFields fields, string traceId, long now)
    {
        var name = fields.Required("assessment_name");
        var kind = s_kinds.FirstOrDefault(kind => fields.Find(kind) is not null)
            ?? throw SlipwayException.Invalid("An assessment needs one of 'feedback', 'expectation' and 'issue'.");
        var content = fields.Whole();
        var id = fields.Text("assessment_id") is { Length: > 0 } given
            ? given
            : "a-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
        content["assessment_id"] = id;
        content["assessment_name"] = name;
        content["trace_id"] = traceId;
        return new Assessment
        {
            Id = id,
            Kind = kind,
            Name = name,
            Overrides = fields.Text("overrides"),
            Valid = fields.Bool("valid") ?? true,
            CreatedAt = fields.Text("create_time") is { } created ? TraceTimes.ParseTimestamp("create_time", created) : now,
            UpdatedAt = fields.Text("last_update_time") is { } updated ? TraceTimes.ParseTimestamp("last_update_time", updated) : now,
            Content = content,
        }.Completed();
    }

    /// <summary>With the fields of the content that follow from the others.</summary>
    public Assessment Completed()
    {
        var content = Content.DeepClone().AsObject();
        content["create_time"] = TraceTimes.Timestamp(CreatedAt);
        content["last_update_time"] = TraceTimes.Timestamp(UpdatedAt);
        content["valid"] = Valid;

        // As MLflow keeps an expected list or object.
        if (Kind == "expectation" && content[Kind]?["value"] is { } value and (JsonObject or JsonArray))
        {
            content[Kind] = new JsonObject
            {
                ["serialized_value"] = new JsonObject { ["serialization_format"] = "JSON_FORMAT", ["value"] = value.ToJsonString() },
            };
        }

        return this with
        {
            Content = content,
            Value = content[Kind]?["value"]?.ToJsonString() ?? (string?)content[Kind]?["serialized_value"]?["value"],
        };
    }
}
