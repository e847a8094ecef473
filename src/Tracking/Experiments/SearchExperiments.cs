using System.Collections.Frozen;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Experiments;

internal sealed class SearchExperiments(ExperimentStore experiments, Database database, IAccess access) : IMlflowOperation
{
    private const int MostResults = 50_000;

    private static readonly FilterEntity s_attribute = new("attribute", null, new Dictionary<string, FilterField>
    {
        ["name"] = new("name", FilterKind.Text, FilterOperators.Text),
        ["creation_time"] = new("creation_time", FilterKind.Time, FilterOperators.Ordering),
        ["last_update_time"] = new("last_update_time", FilterKind.Time, FilterOperators.Ordering),
    });

    private static readonly FilterEntity s_tag =
        FilterEntity.WithAnyKey("tag", FilterKind.Text, FilterOperators.Text | FilterOperators.Presence);

    private static readonly FilterGrammar s_filters = Grammar(s_attribute);

    private static readonly FilterGrammar s_orders = Grammar(s_attribute with
    {
        Fields = new Dictionary<string, FilterField>(s_attribute.Fields)
        {
            ["experiment_id"] = new("experiment_id", FilterKind.Number, FilterOperators.None),
        },
    });

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<SearchExperiments>("POST", "experiments/search");
        routes.MapMlflow<SearchExperiments>("GET", "experiments/search");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var limit = PageSize.Of(fields, 0, MostResults);
        var view = ViewType.Of(fields, "view_type");
        var filter = s_filters.Parse(fields.Text("filter"));
        var orders = s_orders.ParseOrders(fields.Texts("order_by"));
        var scope = $"experiments {fields.Text("filter")} {view} {string.Join(',', orders)}";
        var offset = PageToken.Decode(fields.Text("page_token"), scope);

        await access.DemandAsync(call.Caller, Permission.Read, "experiment:*", ct);
        await experiments.EnsureDefaultAsync(call.Caller.Workspace, ct);
        var sql = new FilterSql(database.Dialect);
        sql.Parameters.Add("Workspace", call.Caller.Workspace.Value);
        sql.Parameters.Add("Limit", limit + 1);
        sql.Parameters.Add("Offset", offset);
        var where = ViewType.Condition(view, "e")
            + (filter is null ? "" : " and " + FilterSql.Tree(filter, condition => Write(sql, condition)));
        var page = await experiments.QueryAsync(where, OrderBy(orders), sql.Parameters, ct);
        await call.AnswerAsync(json =>
        {
            if (page.Count > 0)
            {
                json.WriteStartArray("experiments");
                foreach (var experiment in page.Take(limit))
                    experiment.Write(json);
                json.WriteEndArray();
            }

            if (page.Count > limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, scope));
        }, ct);
    }

    private static FilterGrammar Grammar(FilterEntity attribute) => new()
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

    private static string Write(FilterSql sql, FilterCondition condition)
    {
        if (condition.Entity == "attribute")
            return sql.Compare(Column(condition.Key), condition);

        var tag = $"select 1 from experiment_tags t where t.experiment_id = e.id and t.key = {sql.Add(condition.Key)}";
        return condition.Operator switch
        {
            FilterOperators.IsNull => $"not exists ({tag})",
            FilterOperators.IsNotNull => $"exists ({tag})",
            _ => $"exists ({tag} and {sql.Compare("t.value", condition)})",
        };
    }

    private string OrderBy(IReadOnlyList<OrderTerm> orders)
    {
        if (orders.Count == 0)
            return "order by e.created_at desc, e.id";
        var terms = orders.Select(order =>
            (order.Key == "name" ? TextOrder.Of(database.Dialect, "e.name") : Column(order.Key)) + (order.Ascending ? "" : " desc"));
        return $"order by {string.Join(", ", terms)}, e.id desc";
    }

    private static string Column(string key) => key switch
    {
        "name" => "e.name",
        "creation_time" => "e.created_at",
        "last_update_time" => "e.updated_at",
        _ => "e.id",
    };
}
