using System.Collections.Frozen;
using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Registry.Mlflow;

/// <summary>What the registry's two searches have in common: the grammar's outside, and tags, which are kept as JSON.</summary>
internal static class RegistrySearch
{
    private static readonly FilterEntity s_tag = FilterEntity.WithAnyKey("tag", FilterKind.Text, FilterOperators.Text);

    public static FilterGrammar Grammar(Dictionary<string, FilterField> fields)
    {
        var attribute = new FilterEntity("attribute", null, fields);
        return new FilterGrammar
        {
            Entities = new Dictionary<string, FilterEntity>
            {
                ["attribute"] = attribute,
                ["attributes"] = attribute,
                ["attr"] = attribute,
                ["tag"] = s_tag,
                ["tags"] = s_tag,
            }.ToFrozenDictionary(),
            Bare = attribute,
        };
    }

    /// <summary>
    /// The conditions, with "and" in front; prompts are left out unless the filter speaks of them. MLflow's client asks for
    /// models by "is_prompt != 'true'", so a model that lacks this tag counts as 'false'.
    /// </summary>
    public static string Where(FilterNode? filter, FilterSql sql, Dialect dialect, string table, Func<string, string> column)
    {
        var asked = FilterNode.Conditions(filter)
            .Any(condition => condition.Entity == "tag" && condition.Key == RegistryFields.PromptTag);
        var prompts = asked ? "" : $" and {Tag(dialect, table, sql, RegistryFields.PromptTag)} <> 'true'";
        return filter is null ? prompts : prompts + " and " + FilterSql.Tree(filter, condition => sql.Compare(
            condition.Entity == "tag" ? Tag(dialect, table, sql, condition.Key) : column(condition.Key), condition));
    }

    public static string OrderBy(IEnumerable<OrderTerm> orders, Func<string, string> column, params string[] rest) =>
        "order by " + string.Join(", ", orders.Select(order => column(order.Key) + (order.Ascending ? "" : " desc")).Concat(rest));

    private static string Tag(Dialect dialect, string table, FilterSql sql, string key)
    {
        var parameter = sql.Add(key);
        var value = dialect.Provider == DatabaseProvider.Postgres
            ? $"({table}.tags::json ->> {parameter})"
            : $"(select j.value from json_each({table}.tags) j where j.key = {parameter})";
        return key == RegistryFields.PromptTag ? $"coalesce({value}, 'false')" : value;
    }
}
