using System.Collections.Frozen;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Evaluation;

internal sealed class SearchEvaluationDatasets(EvaluationDatasetStore datasets, Database database, IAccess access) : IMlflowOperation
{
    private const int UsualResults = 1000, MostResults = 50_000;

    private static readonly FilterEntity s_attribute = new("attribute", null, new Dictionary<string, FilterField>
    {
        ["name"] = new("name", FilterKind.Text, FilterOperators.Text),
        ["created_by"] = new("created_by", FilterKind.Text, FilterOperators.Text),
        ["last_updated_by"] = new("last_updated_by", FilterKind.Text, FilterOperators.Text),
        ["created_time"] = new("created_time", FilterKind.Time, FilterOperators.Ordering),
        ["last_update_time"] = new("last_update_time", FilterKind.Time, FilterOperators.Ordering),
    });

    private static readonly FilterEntity s_tag = FilterEntity.WithAnyKey("tag", FilterKind.Text, FilterOperators.Text);

    private static readonly FilterGrammar s_grammar = new()
    {
        Entities = new Dictionary<string, FilterEntity>
        {
            ["attribute"] = s_attribute,
            ["attributes"] = s_attribute,
            ["tag"] = s_tag,
            ["tags"] = s_tag,
        }.ToFrozenDictionary(),
        Bare = s_attribute,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<SearchEvaluationDatasets>("POST", "/3.0/mlflow/datasets/search");
        routes.MapMlflow<SearchEvaluationDatasets>("GET", "/3.0/mlflow/datasets/search");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var limit = PageSize.Of(fields, UsualResults, MostResults);
        var experiments = ExperimentLinks.Read(fields);
        var filter = s_grammar.Parse(fields.Text("filter_string"));
        var orders = s_grammar.ParseOrders(fields.Texts("order_by"));
        var scope = $"datasets {fields.Text("filter_string")} {string.Join(',', experiments)} {string.Join(',', orders)}";
        var offset = PageToken.Decode(fields.Text("page_token"), scope);
        await access.DemandAsync(call.Caller, Permission.Read, "dataset:*", ct);

        var sql = new FilterSql(database.Dialect);
        sql.Parameters.Add("Workspace", call.Caller.Workspace.Value);
        var rest = filter is null ? "" : " and " + FilterSql.Tree(filter, condition => Write(sql, condition));
        if (experiments.Count > 0)
        {
            rest += " and exists (select 1 from evaluation_dataset_experiments x where x.dataset_id = d.id and "
                + database.Dialect.AnyOf("x.experiment_id", sql.Add(experiments.ToArray())) + ")";
        }

        var order = string.Concat(orders.Select(term => $"{OrderColumn(term.Key)}{(term.Ascending ? "" : " desc")}, "));
        var page = await datasets.QueryAsync(
            $"{rest} order by {order}d.created_at desc, d.id limit {sql.Add(limit + 1)} offset {sql.Add(offset)}", sql.Parameters, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteStartArray("datasets");
            foreach (var dataset in page.Take(limit))
            {
                json.WriteStartObject();
                dataset.WriteFields(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (page.Count > limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, scope));
        }, ct);
    }

    private static string Write(FilterSql sql, FilterCondition condition) => condition.Entity == "tag"
        ? $"exists (select 1 from evaluation_dataset_tags x where x.dataset_id = d.id and x.key = {sql.Add(condition.Key)} and {sql.Compare("x.value", condition)})"
        : sql.Compare(Column(condition.Key), condition);

    private string OrderColumn(string key) => key is "name" or "created_by" or "last_updated_by"
        ? TextOrder.Of(database.Dialect, Column(key))
        : Column(key);

    private static string Column(string key) => key switch
    {
        "created_by" => "d.created_by",
        "last_updated_by" => "d.updated_by",
        "created_time" => "d.created_at",
        "last_update_time" => "d.updated_at",
        _ => "d.name",
    };
}
