using Dapper;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.Traces;

internal sealed class SearchTraces(Database database, TraceStore traces, IAccess access) : IMlflowOperation
{
    private const int MostResults = 500;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<SearchTraces>("POST", "/3.0/mlflow/traces/search");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        if (fields.Objects("locations").Count == 0)
            throw MlflowFields.Missing("locations");
        var ids = fields.Objects("locations")
            .Select(location => MlflowNames.ExperimentId(location.Nested("mlflow_experiment").Required("experiment_id")))
            .Distinct().Order().ToArray();
        var limit = PageSize.Of(fields, 100, MostResults);
        var filter = TraceFilters.Grammar.Parse(fields.Text("filter"));
        var orders = TraceFilters.Grammar.ParseOrders(fields.Texts("order_by"));
        var scope = $"traces {string.Join(',', ids)} {fields.Text("filter")} {string.Join(',', orders)}";
        var offset = PageToken.Decode(fields.Text("page_token"), scope);
        await access.DemandAsync(call.Caller, Permission.Read, "trace:*", ct);

        var sql = new FilterSql(database.Dialect);
        var writer = new TraceSql(database.Dialect, sql);
        var text =
            $"""
            select {TraceStore.Columns} from traces t
            where t.workspace = {sql.Add(call.Caller.Workspace.Value)} and {database.Dialect.AnyOf("t.experiment_id", sql.Add(ids))}
            {writer.Where(filter)} {writer.OrderBy(orders)}
            limit {sql.Add(limit)} offset {sql.Add(offset)}
            """;
        var found = await traces.ReadAsync(await QueryAsync(text, sql, filter, ct), ct);
        await call.AnswerAsync(json =>
        {
            if (found.Count == 0)
                return;
            json.WriteStartArray("traces");
            foreach (var trace in found)
                trace.WriteInfo(json);
            json.WriteEndArray();
            if (found.Count == limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, scope));
        }, ct);
    }

    private async Task<IReadOnlyList<TraceRow>> QueryAsync(string text, FilterSql sql, FilterNode? filter, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        if (FilterNode.Conditions(filter).Any(condition => condition.Operator == FilterOperators.RLike))
            SqliteFunctions.AddTo(connection);
        return (await connection.QueryAsync<TraceRow>(new CommandDefinition(text, sql.Parameters, cancellationToken: ct))).AsList();
    }
}
