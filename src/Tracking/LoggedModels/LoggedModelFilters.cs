using Slipway.Kernel;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.LoggedModels;

/// <summary>What logged models can be searched by.</summary>
internal static class LoggedModelFilters
{
    private const FilterOperators Texts = FilterOperators.Text | FilterOperators.Lists;

    private static readonly FilterField s_created = new("creation_timestamp", FilterKind.Time, FilterOperators.Ordering);
    private static readonly FilterField s_updated = new("last_updated_timestamp", FilterKind.Time, FilterOperators.Ordering);

    private static readonly FilterEntity s_attribute = new("attribute", null, new Dictionary<string, FilterField>
    {
        ["name"] = Text("name"),
        ["model_id"] = Text("model_id"),
        ["model_type"] = Text("model_type"),
        ["source_run_id"] = Text("source_run_id"),
        ["status"] = Text("status") with { Kind = FilterKind.TextOrNumber },
        ["experiment_id"] = Text("experiment_id") with { Kind = FilterKind.TextOrNumber },
        ["artifact_location"] = Text("artifact_location"),
        ["creation_timestamp"] = s_created,
        ["creation_time"] = s_created,
        ["creation_timestamp_ms"] = s_created,
        ["last_updated_timestamp"] = s_updated,
        ["last_updated_timestamp_ms"] = s_updated,
    });

    public static FilterGrammar Grammar { get; } = new()
    {
        Entities = new Dictionary<string, FilterEntity>
        {
            ["attributes"] = s_attribute,
            ["metrics"] = FilterEntity.WithAnyKey("metric", FilterKind.Number, FilterOperators.Ordering),
            ["params"] = FilterEntity.WithAnyKey("param", FilterKind.Text, Texts),
            ["tags"] = FilterEntity.WithAnyKey("tag", FilterKind.Text, Texts),
        },
        Bare = s_attribute,
    };

    public static string Column(string key) => key switch
    {
        "name" => "l.name",
        "model_id" => "l.id",
        "model_type" => "l.model_type",
        "source_run_id" => "l.source_run_id",
        "status" => "l.status",
        "experiment_id" => "l.experiment_id",
        "artifact_location" => "l.artifact_uri",
        "creation_timestamp" => "l.created_at",
        "last_updated_timestamp" => "l.updated_at",
        _ => throw new InvalidOperationException($"Logged models have no column for {key}."),
    };

    private static FilterField Text(string name) => new(name, FilterKind.Text, Texts);
}

/// <summary>One entry of order_by: a field or a metric, of one data set or of any.</summary>
internal sealed record LoggedModelOrder(bool IsMetric, string Key, bool Ascending, string? DatasetName, string? DatasetDigest)
{
    private static readonly string[] s_fields =
    [
        "creation_timestamp", "creation_time", "last_updated_timestamp", "name", "model_id", "model_type", "status", "source_run_id",
    ];

    public static LoggedModelOrder Read(MlflowFields fields)
    {
        var name = fields.Required("field_name");
        var ascending = fields.Bool("ascending") ?? true;
        if (name.StartsWith("metrics.", StringComparison.Ordinal) && name.Length > "metrics.".Length)
        {
            return new LoggedModelOrder(
                true, name["metrics.".Length..].Trim('`', '"'), ascending, fields.Text("dataset_name"), fields.Text("dataset_digest"));
        }

        if (!s_fields.Contains(name))
        {
            throw SlipwayException.Invalid(
                $"Invalid order by field name: '{name}'.{Nearest.Hint(name, s_fields)} Known: {string.Join(", ", s_fields)}, metrics.<key>.");
        }

        return new LoggedModelOrder(false, name == "creation_time" ? "creation_timestamp" : name, ascending, null, null);
    }
}
