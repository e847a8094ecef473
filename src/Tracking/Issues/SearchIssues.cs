using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Issues;

internal sealed class SearchIssues(IssueStore issues, Database database, IAccess access) : IMlflowOperation
{
    private const int UsualResults = 100, MostResults = 50_000;

    private static readonly FilterEntity s_attribute = new("attribute", null, new Dictionary<string, FilterField>
    {
        ["status"] = new("status", FilterKind.Text, FilterOperators.Equality),
        ["source_run_id"] = new("source_run_id", FilterKind.Text, FilterOperators.Equality),
    });

    private static readonly FilterGrammar s_grammar = new()
    {
        Entities = new Dictionary<string, FilterEntity> { ["attribute"] = s_attribute, ["attributes"] = s_attribute },
        Bare = s_attribute,
    };

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<SearchIssues>("POST", "/3.0/mlflow/issues/search");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var limit = PageSize.Of(fields, UsualResults, MostResults);
        var experiment = fields.Text("experiment_id") is { Length: > 0 } id ? MlflowNames.ExperimentId(id) : (long?)null;
        var withTraces = fields.Bool("include_trace_count") ?? false;
        var filter = s_grammar.Parse(fields.Text("filter_string"));
        var scope = $"issues {experiment} {withTraces} {fields.Text("filter_string")}";
        var offset = PageToken.Decode(fields.Text("page_token"), scope);
        await access.DemandAsync(call.Caller, Permission.Read, "issue:*", ct);

        var sql = new FilterSql(database.Dialect);
        sql.Parameters.Add("Workspace", call.Caller.Workspace.Value);
        sql.Parameters.Add("Limit", limit + 1);
        sql.Parameters.Add("Offset", offset);
        var where = experiment is null ? "" : $" and i.experiment_id = {sql.Add(experiment)}";
        if (filter is not null)
            where += " and " + FilterSql.Tree(filter, condition => sql.Compare("i." + condition.Key, condition));
        var page = await issues.SearchAsync(where, withTraces, sql.Parameters, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteStartArray("issues");
            foreach (var issue in page.Take(limit))
                issue.Write(json, withTraces);
            json.WriteEndArray();

            // MLflow's own answer has the field always.
            json.WriteString("next_page_token", page.Count > limit ? PageToken.Encode(offset + limit, scope) : "");
        }, ct);
    }
}

/// <summary>MLflow's issues: problems seen in traces.</summary>
internal static class IssueRoutes
{
    public static IServiceCollection AddIssues(this IServiceCollection services) => services
        .AddSingleton<IssueStore>()
        .AddSingleton<CreateIssue>()
        .AddSingleton<GetIssue>()
        .AddSingleton<UpdateIssue>()
        .AddSingleton<SearchIssues>();

    public static void Map(IEndpointRouteBuilder routes)
    {
        CreateIssue.Map(routes);
        SearchIssues.Map(routes);
        GetIssue.Map(routes);
        UpdateIssue.Map(routes);
    }
}
