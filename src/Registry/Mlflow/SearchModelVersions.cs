using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Registry.Versions;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class SearchModelVersions(ModelStore versions, Database database, IAccess access) : IMlflowOperation
{
    private const int MostResults = 200_000;

    private static readonly FilterGrammar s_orders = RegistrySearch.Grammar(new()
    {
        ["name"] = new("name", FilterKind.Text, FilterOperators.None),
        ["version_number"] = new("version_number", FilterKind.Number, FilterOperators.None),
        ["creation_timestamp"] = new("creation_timestamp", FilterKind.Number, FilterOperators.None),
        ["last_updated_timestamp"] = new("last_updated_timestamp", FilterKind.Number, FilterOperators.None),
    });

    public static FilterGrammar Filters { get; } = RegistrySearch.Grammar(new()
    {
        ["name"] = new("name", FilterKind.Text, FilterOperators.Text),
        ["source_path"] = new("source_path", FilterKind.Text, FilterOperators.Text),
        ["run_id"] = new("run_id", FilterKind.Text, FilterOperators.Text | FilterOperators.In),
        ["version_number"] = new("version_number", FilterKind.Number, FilterOperators.Ordering),
    });

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<SearchModelVersions>("GET", "model-versions/search");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var query = new RegistryQuery(call.Fields, "model-versions", Filters, s_orders, MostResults, MostResults);
        await access.DemandAsync(call.Caller, Permission.Read, "the registry", ct);
        var sql = query.Sql(database.Dialect, call.Caller.Workspace);
        var where = RegistrySearch.Where(query.Filter, sql, database.Dialect, "v", Column);
        var orderBy = RegistrySearch.OrderBy(query.Orders, OrderColumn, [.. query.Orders.Count == 0 ? ["v.updated_at desc"] : Array.Empty<string>(), OrderColumn("name"), "v.number desc"]);
        var page = await versions.SearchAsync(
            call.Caller.Workspace, $"{where} {orderBy} limit @Limit offset @Offset", sql.Parameters, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteVersions("model_versions", [.. page.Take(query.Limit)]);
            query.WriteNextToken(json, page.Count);
        }, ct);
    }

    public static string Column(string key) => key switch
    {
        "name" => "v.model",
        "source_path" => "v.source",
        "run_id" => "v.run_id",
        "version_number" => "v.number",
        "creation_timestamp" => "v.created_at",
        _ => "v.updated_at",
    };

    private string OrderColumn(string key) => key == "name" ? TextOrder.Of(database.Dialect, "v.model") : Column(key);
}
