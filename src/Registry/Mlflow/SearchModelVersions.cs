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
        var fields = call.Fields;
        var limit = PageSize.Of(fields, MostResults, MostResults);
        var filter = Filters.Parse(fields.Text("filter"));
        var orders = s_orders.ParseOrders(fields.Texts("order_by"));
        var scope = $"model-versions {fields.Text("filter")} {string.Join(',', orders)}";
        var offset = PageToken.Decode(fields.Text("page_token"), scope);

        await access.DemandAsync(call.Caller, Permission.Read, "the registry", ct);
        var sql = new FilterSql(database.Dialect);
        sql.Parameters.Add("Workspace", call.Caller.Workspace.Value);
        sql.Parameters.Add("Limit", limit + 1);
        sql.Parameters.Add("Offset", offset);
        var where = RegistrySearch.Where(filter, sql, database.Dialect, "v", Column);
        var orderBy = RegistrySearch.OrderBy(orders, OrderColumn, [.. orders.Count == 0 ? ["v.updated_at desc"] : Array.Empty<string>(), OrderColumn("name"), "v.number desc"]);
        var page = await versions.SearchAsync(
            call.Caller.Workspace, $"{where} {orderBy} limit @Limit offset @Offset", sql.Parameters, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteVersions("model_versions", [.. page.Take(limit)]);
            if (page.Count > limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, scope));
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
