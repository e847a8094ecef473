using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class SearchRegisteredModels(RegisteredModelStore models, Database database, IAccess access) : IMlflowOperation
{
    private const int UsualResults = 100, MostResults = 1000;

    private static readonly FilterGrammar s_filters = RegistrySearch.Grammar(new()
    {
        ["name"] = new("name", FilterKind.Text, FilterOperators.Text),
    });

    private static readonly FilterGrammar s_orders = RegistrySearch.Grammar(new()
    {
        ["name"] = new("name", FilterKind.Text, FilterOperators.None),
        ["timestamp"] = new("timestamp", FilterKind.Number, FilterOperators.None),
        ["last_updated_timestamp"] = new("timestamp", FilterKind.Number, FilterOperators.None),
    });

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<SearchRegisteredModels>("GET", "registered-models/search");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var limit = PageSize.Of(fields, UsualResults, MostResults);
        var filter = s_filters.Parse(fields.Text("filter"));
        var orders = s_orders.ParseOrders(fields.Texts("order_by"));
        var scope = $"registered-models {fields.Text("filter")} {string.Join(',', orders)}";
        var offset = PageToken.Decode(fields.Text("page_token"), scope);

        await access.DemandAsync(call.Caller, Permission.Read, "the registry", ct);
        var sql = new FilterSql(database.Dialect);
        sql.Parameters.Add("Workspace", call.Caller.Workspace.Value);
        sql.Parameters.Add("Limit", limit + 1);
        sql.Parameters.Add("Offset", offset);
        var where = RegistrySearch.Where(filter, sql, database.Dialect, "m", _ => "m.name");
        var orderBy = RegistrySearch.OrderBy(orders, Column, Column("name"));
        var page = await models.SearchAsync(
            call.Caller.Workspace, $"{where} {orderBy} limit @Limit offset @Offset", sql.Parameters, ct);
        await call.AnswerAsync(json =>
        {
            if (page.Count > 0)
            {
                json.WriteStartArray("registered_models");
                foreach (var model in page.Take(limit))
                    json.WriteModel(model);
                json.WriteEndArray();
            }

            if (page.Count > limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, scope));
        }, ct);
    }

    private string Column(string key) => key == "name" ? TextOrder.Of(database.Dialect, "m.name") : "m.updated_at";
}
