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
        var query = new RegistryQuery(call.Fields, "registered-models", s_filters, s_orders, UsualResults, MostResults);
        await access.DemandAsync(call.Caller, Permission.Read, "the registry", ct);
        var sql = query.Sql(database.Dialect, call.Caller.Workspace);
        var where = RegistrySearch.Where(query.Filter, sql, database.Dialect, "m", _ => "m.name");
        var orderBy = RegistrySearch.OrderBy(query.Orders, Column, Column("name"));
        var page = await models.SearchAsync(
            call.Caller.Workspace, $"{where} {orderBy} limit @Limit offset @Offset", sql.Parameters, ct);
        await call.AnswerAsync(json =>
        {
            if (page.Count > 0)
            {
                json.WriteStartArray("registered_models");
                foreach (var model in page.Take(query.Limit))
                    json.WriteModel(model);
                json.WriteEndArray();
            }

            query.WriteNextToken(json, page.Count);
        }, ct);
    }

    private string Column(string key) => key == "name" ? TextOrder.Of(database.Dialect, "m.name") : "m.updated_at";
}
