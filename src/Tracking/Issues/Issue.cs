using System.Text.Json;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Issues;

/// <summary>A problem that was seen in traces of an experiment.</summary>
internal sealed record Issue
{
    public const string Pending = "pending";

    private const int LongestName = 250, LongestDescription = 100_000, LongestCreator = 255;
    private static readonly string[] s_states = [Pending, "rejected", "resolved"];
    private static readonly string[] s_severities = ["not_an_issue", "low", "medium", "high"];

    public required string Id { get; init; }

    public required long ExperimentId { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required string Status { get; init; }

    public string? Severity { get; init; }

    public int SeverityRank => Array.IndexOf(s_severities, Severity);

    /// <summary>JSON arrays of texts.</summary>
    public required string RootCauses { get; init; }

    public required string Categories { get; init; }

    public string? SourceRunId { get; init; }

    public string? CreatedBy { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    /// <summary>How many traces refer to it; only counted when it was asked for.</summary>
    public long Traces { get; init; }

    public static SlipwayException Unknown(string id) => new(ErrorCode.NotFound, $"Issue with ID '{id}' not found.");

    public static Issue Read(MlflowFields fields, string id, string creator, long now) => new()
    {
        Id = id,
        ExperimentId = MlflowNames.ExperimentId(fields.Required("experiment_id")),
        Name = MlflowNames.Limited("name", fields.Required("name"), LongestName),
        Description = MlflowNames.Limited("description", fields.Required("description"), LongestDescription),
        Status = OneOf(fields, "status", s_states) ?? Pending,
        Severity = OneOf(fields, "severity", s_severities),
        RootCauses = List(fields.Texts("root_causes")),
        Categories = List(fields.Texts("categories")),
        SourceRunId = fields.Text("source_run_id") is { Length: > 0 } run ? run : null,
        CreatedBy = fields.Text("created_by") is { Length: > 0 } given ? MlflowNames.Limited("created_by", given, LongestCreator) : creator,
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>With what a request changes; what it leaves out or empty stays.</summary>
    public Issue With(MlflowFields fields, long now) => this with
    {
        Name = fields.Text("name") is { Length: > 0 } name ? MlflowNames.Limited("name", name, LongestName) : Name,
        Description = fields.Text("description") is { Length: > 0 } text ? MlflowNames.Limited("description", text, LongestDescription) : Description,
        Status = OneOf(fields, "status", s_states) ?? Status,
        Severity = OneOf(fields, "severity", s_severities) ?? Severity,
        UpdatedAt = now,
    };

    public void Write(Utf8JsonWriter json, bool withTraces)
    {
        json.WriteStartObject();
        json.WriteString("issue_id", Id);
        json.WriteString("experiment_id", Experiment.Text(ExperimentId));
        json.WriteString("name", Name);
        json.WriteString("description", Description);
        json.WriteString("status", Status);
        if (Severity is not null)
            json.WriteString("severity", Severity);
        WriteList(json, "root_causes", RootCauses);
        if (SourceRunId is not null)
            json.WriteString("source_run_id", SourceRunId);
        json.WriteNumber("created_timestamp", CreatedAt);
        json.WriteNumber("last_updated_timestamp", UpdatedAt);
        if (CreatedBy is not null)
            json.WriteString("created_by", CreatedBy);
        WriteList(json, "categories", Categories);
        if (withTraces)
            json.WriteNumber("trace_count", Traces);
        json.WriteEndObject();
    }

    private static string? OneOf(MlflowFields fields, string name, string[] known) => fields.Text(name) is not { } text ? null
        : known.Contains(text) ? text
        : throw SlipwayException.Invalid($"'{text}' is not a {name} of an issue.{Nearest.Hint(text, known)} Known: {string.Join(", ", known)}.");

    private static string List(IReadOnlyList<string> texts)
    {
        var json = new System.Text.Json.Nodes.JsonArray([.. texts.Select(text => (System.Text.Json.Nodes.JsonNode)text)]);
        return json.ToJsonString();
    }

    private static void WriteList(Utf8JsonWriter json, string name, string list)
    {
        if (list == "[]")
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(list);
    }
}
