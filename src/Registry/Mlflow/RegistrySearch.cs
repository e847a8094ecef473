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

    /// <summary>The conditions, with "and" in front; prompts are left out unless the filter asks for them.</summary>
    public static string Where(FilterNode? filter, FilterSql sql, Dialect dialect, string table, Func<string, string> column)
    {
        var asked = FilterNode.Conditions(filter)
            .Any(condition => condition.Entity == "tag" && condition.Key == RegistryFields.PromptTag);
        var prompts = asked ? "" : $" and coalesce({Tag(dialect, table, sql.Add(RegistryFields.PromptTag))}, '') <> 'true'";
        return filter is null ? prompts : prompts + " and " + FilterSql.Tree(filter, condition => sql.Compare(
            condition.Entity == "tag" ? Tag(dialect, table, sql.Add(condition.Key)) : column(condition.Key), condition));
    }

    public static string OrderBy(IEnumerable<OrderTerm> orders, Func<string, string> column, params string[] rest) =>
        "order by " + string.Join(", ", orders.Select(order => column(order.Key) + (order.Ascending ? "" : " desc")).Concat(rest));

    private static string Tag(Dialect dialect, string table, string key) => dialect.Provider == DatabaseProvider.Postgres
        ? $"({table}.tags::json ->> {key})"
        : $"(select j.value from json_each({table}.tags) j where j.key = {key})";
}
