using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.Api;

/// <summary>
/// GET /api/v1/runs: MLflow's search grammar and more (OR, NOT, parentheses, RLIKE, params compared as numbers, RFC 3339
/// times): <c>?experiment=flights&amp;filter=metrics.auc > 0.6 or params.lr &lt; 0.1&amp;orderBy=metrics.auc desc</c>.
/// </summary>
internal sealed class ListRuns(RunSearch search, RunReader reader, ExperimentStore experiments, IAccess access)
{
    private const int MostRuns = 10_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/runs", HandleAsync).WithName("ListRuns").WithTags("tracking");

    /// <param name="experiment">A name or id; left out: all experiments.</param>
    /// <param name="view">active (the default), deleted or all.</param>
    private static async Task<Ok<Response>> HandleAsync(
        Caller caller,
        ListRuns operation,
        CancellationToken ct,
        string? experiment = null,
        string? filter = null,
        string[]? orderBy = null,
        string view = "active",
        int limit = 100,
        string? pageToken = null) =>
        TypedResults.Ok(await operation.RunAsync(
            caller, new Request(experiment, filter, orderBy ?? [], view, limit, pageToken), ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        if (request.Limit is < 1 or > MostRuns)
            throw SlipwayException.Invalid($"limit is {request.Limit}; it must be from 1 to {MostRuns}.");
        await access.DemandAsync(caller, Permission.Read, "run:*", ct);
        await experiments.EnsureDefaultAsync(caller.Workspace, ct);
        var ids = request.Experiment is null
            ? await experiments.ListIdsAsync(caller.Workspace, ct)
            : [(await experiments.FindByNameOrIdAsync(caller.Workspace, request.Experiment, ct)).Id];
        var orders = request.OrderBy.SelectMany(SplitOrders).ToList();
        var page = await search.RunAsync(
            new RunQuery
            {
                Workspace = caller.Workspace,
                Experiments = ids,
                Filter = RunFilters.Extended.Parse(request.Filter),
                Orders = RunFilters.Extended.ParseOrders(orders),
                View = View(request.View),
                Limit = request.Limit,
                PageToken = request.PageToken,
                Scope = $"list {request.Experiment} {request.Filter} {request.View} {string.Join(',', orders)}",
            },
            ct);
        var runs = await reader.ReadAsync(page.Items, ct);
        return new Response([.. runs.Select(RunView.Of)], page.NextToken);
    }

    // "metrics.auc desc, start_time": several in one, unless a quoted key has the comma.
    private static IEnumerable<string> SplitOrders(string orderBy) =>
        orderBy.AsSpan().IndexOfAny('`', '"') >= 0
            ? [orderBy]
            : orderBy.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Lifecycle View(string view) => view switch
    {
        "active" => Lifecycle.ActiveOnly,
        "deleted" => Lifecycle.DeletedOnly,
        "all" => Lifecycle.All,
        _ => throw SlipwayException.Invalid($"view is '{view}'; it must be active, deleted or all."),
    };

    internal sealed record Request(
        string? Experiment, string? Filter, IReadOnlyList<string> OrderBy, string View, int Limit, string? PageToken);

    internal sealed record Response(
        [property: JsonPropertyName("runs")] IReadOnlyList<RunView> Runs,
        [property: JsonPropertyName("nextPageToken")] string? NextPageToken);
}
