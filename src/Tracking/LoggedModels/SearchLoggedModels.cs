using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.LoggedModels;

internal sealed class SearchLoggedModels(LoggedModelStore models, MetricKeys keys, Database database, IAccess access)
    : IMlflowOperation
{
    private const int MostResults = 50_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<SearchLoggedModels>("POST", "logged-models/search");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var ids = fields.Texts("experiment_ids").Select(MlflowNames.ExperimentId).Distinct().Order().ToArray();
        var limit = PageSize.Of(fields, 50, MostResults);
        var filter = LoggedModelFilters.Grammar.Parse(fields.Text("filter"));
        var datasets = fields.Objects("datasets")
            .Select(dataset => (Name: dataset.Required("dataset_name"), Digest: dataset.Text("dataset_digest")))
            .ToList();
        var orders = fields.Objects("order_by").Select(LoggedModelOrder.Read).ToList();
        var scope = $"logged-models {string.Join(',', ids)} {fields.Text("filter")} {string.Join(',', datasets)} {string.Join(',', orders)}";
        var offset = PageToken.Decode(fields.Text("page_token"), scope);
        await access.DemandAsync(call.Caller, Permission.Read, "logged-model:*", ct);

        IReadOnlyList<LoggedModel> page = [];
        if (ids.Length > 0)
        {
            var names = FilterNode.Conditions(filter).Where(condition => condition.Entity == "metric").Select(condition => condition.Key)
                .Concat(orders.Where(order => order.IsMetric).Select(order => order.Key));
            var sql = new LoggedModelSql(database.Dialect, await NumbersAsync(names, ct), datasets);
            sql.Parameters.Add("Workspace", call.Caller.Workspace.Value);
            sql.Parameters.Add("Limit", limit + 1);
            sql.Parameters.Add("Offset", offset);
            var where = sql.Where(ids, filter);
            var (joins, orderBy) = sql.OrderBy(orders);
            page = await models.SearchAsync(joins, where, orderBy, sql.Parameters, ct);
        }

        await call.AnswerAsync(json =>
        {
            if (page.Count > 0)
            {
                json.WriteStartArray("models");
                foreach (var model in page.Take(limit))
                    model.Write(json);
                json.WriteEndArray();
            }

            if (page.Count > limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, scope));
        }, ct);
    }

    private async Task<IReadOnlyDictionary<string, long?>> NumbersAsync(IEnumerable<string> names, CancellationToken ct)
    {
        var numbers = new Dictionary<string, long?>(StringComparer.Ordinal);
        foreach (var name in names)
            numbers[name] = await keys.FindAsync(name, ct);
        return numbers;
    }
}
