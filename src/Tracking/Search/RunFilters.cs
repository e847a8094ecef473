using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>What runs can be searched and ordered by.</summary>
internal static class RunFilters
{
    private static readonly FilterEntity s_metric =
        FilterEntity.WithAnyKey("metric", FilterKind.Number, FilterOperators.Ordering);

    private static readonly FilterEntity s_param =
        FilterEntity.WithAnyKey("param", FilterKind.Text, FilterOperators.Text | FilterOperators.Presence);

    private static readonly FilterEntity s_tag =
        FilterEntity.WithAnyKey("tag", FilterKind.Text, FilterOperators.Text | FilterOperators.Presence);

    private static readonly FilterField s_name = Text("run_name");
    private static readonly FilterField s_start = new("start_time", FilterKind.Time, FilterOperators.Ordering);

    private static readonly FilterEntity s_attribute = new("attribute", null, new Dictionary<string, FilterField>
    {
        ["run_id"] = Text("run_id") with { Operators = FilterOperators.Text | FilterOperators.Lists },
        ["run_name"] = s_name,
        ["run name"] = s_name,
        ["Run name"] = s_name,
        ["Run Name"] = s_name,
        ["status"] = Text("status"),
        ["artifact_uri"] = Text("artifact_uri"),
        ["user_id"] = Text("user_id"),
        ["start_time"] = s_start,
        ["created"] = s_start,
        ["Created"] = s_start,
        ["end_time"] = new("end_time", FilterKind.Time, FilterOperators.Ordering),
    });

    private static readonly FilterEntity s_dataset = new("dataset", null, new Dictionary<string, FilterField>
    {
        ["name"] = Text("name") with { Operators = FilterOperators.Text | FilterOperators.Lists },
        ["digest"] = Text("digest") with { Operators = FilterOperators.Text | FilterOperators.Lists },
        ["context"] = Text("context") with { Operators = FilterOperators.Text | FilterOperators.Lists },
    });

    /// <summary>MLflow's grammar.</summary>
    public static FilterGrammar Mlflow { get; } = Grammar(extended: false);

    /// <summary>Ours: also OR, NOT, parentheses, RLIKE, numeric params and RFC 3339 times.</summary>
    public static FilterGrammar Extended { get; } = Grammar(extended: true);

    private static FilterGrammar Grammar(bool extended) => new()
    {
        Entities = new Dictionary<string, FilterEntity>
        {
            ["metric"] = s_metric,
            ["metrics"] = s_metric,
            ["parameter"] = s_param,
            ["parameters"] = s_param,
            ["param"] = s_param,
            ["params"] = s_param,
            ["tag"] = s_tag,
            ["tags"] = s_tag,
            ["attribute"] = s_attribute,
            ["attributes"] = s_attribute,
            ["attr"] = s_attribute,
            ["run"] = s_attribute,
            ["dataset"] = s_dataset,
            ["datasets"] = s_dataset,
        },
        Bare = s_attribute,
        Extended = extended,
    };

    private static FilterField Text(string name) => new(name, FilterKind.Text, FilterOperators.Text);
}
