using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Search;

internal sealed class SearchRuns(RunSearch search, RunReader reader, ExperimentStore experiments, IAccess access)
    : IMlflowOperation
{
    private const int MostResults = 50_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<SearchRuns>("POST", "runs/search");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var limit = PageSize.Of(fields, 1000, MostResults);
        var view = ViewType.Of(fields, "run_view_type");
        var orders = RunFilters.Mlflow.ParseOrders(fields.Texts("order_by"));
        var ids = fields.Texts("experiment_ids").Select(MlflowNames.ExperimentId).Distinct().Order().ToList();
        var query = new RunQuery
        {
            Workspace = call.Caller.Workspace,
            Experiments = ids,
            Filter = RunFilters.Mlflow.Parse(fields.Text("filter")),
            Orders = orders,
            View = view,
            Limit = limit,
            PageToken = fields.Text("page_token"),
            Scope = $"runs {string.Join(',', ids)} {fields.Text("filter")} {view} {string.Join(',', orders)}",
        };
        await access.DemandAsync(call.Caller, Permission.Read, "run:*", ct);
        await experiments.EnsureDefaultAsync(call.Caller.Workspace, ct);
        var page = await search.RunAsync(query, ct);
        var runs = await reader.ReadAsync(page.Items, ct);
        await call.AnswerAsync(json =>
        {
            if (runs.Count > 0)
            {
                json.WriteStartArray("runs");
                foreach (var run in runs)
                    run.Write(json);
                json.WriteEndArray();
            }

            if (page.NextToken is not null)
                json.WriteString("next_page_token", page.NextToken);
        }, ct);
    }
}
