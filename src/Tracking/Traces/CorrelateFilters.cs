using Dapper;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.Traces;

/// <summary>Whether traces that one filter finds are those that another finds: normalized pointwise mutual information.</summary>
internal sealed class CorrelateFilters(Database database, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<CorrelateFilters>("POST", "/3.0/mlflow/traces/calculate-filter-correlation");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var experiments = call.Fields.Texts("experiment_ids");
        if (experiments.Count == 0)
            throw MlflowFields.Missing("experiment_ids");
        var first = TraceFilters.Grammar.Parse(call.Fields.Required("filter_string1"));
        var second = TraceFilters.Grammar.Parse(call.Fields.Required("filter_string2"));
        var universe = TraceFilters.Grammar.Parse(call.Fields.Text("base_filter"));
        var ids = experiments.Select(MlflowNames.ExperimentId).Distinct().ToArray();
        await access.DemandAsync(call.Caller, Permission.Read, "trace:*", ct);

        var counts = await CountAsync(call.Caller.Workspace, ids, first, second, universe, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteMlflowDouble("npmi", counts.Npmi(0));
            json.WriteMlflowDouble("npmi_smoothed", counts.Npmi(FilterCounts.JeffreysPrior));
            json.WriteNumber("filter1_count", counts.First);
            json.WriteNumber("filter2_count", counts.Second);
            json.WriteNumber("joint_count", counts.Joint);
            json.WriteNumber("total_count", counts.Total);
        }, ct);
    }

    private async Task<FilterCounts> CountAsync(
        WorkspaceName workspace, long[] experiments, FilterNode? first, FilterNode? second, FilterNode? universe, CancellationToken ct)
    {
        var sql = new FilterSql(database.Dialect);
        var writer = new TraceSql(database.Dialect, sql);
        var text =
            $"""
            select count(*) as total, coalesce(sum(f1), 0) as first, coalesce(sum(f2), 0) as second, coalesce(sum(f1 * f2), 0) as joint
            from (
                select case when 1 = 1{writer.Where(first)} then 1 else 0 end as f1,
                    case when 1 = 1{writer.Where(second)} then 1 else 0 end as f2
                from traces t
                where t.workspace = {sql.Add(workspace.Value)} and {database.Dialect.AnyOf("t.experiment_id", sql.Add(experiments))}
                {writer.Where(universe)}) x
            """;
        await using var connection = await database.OpenAsync(ct);
        SqliteFunctions.AddTo(connection);
        return await connection.QuerySingleAsync<FilterCounts>(new CommandDefinition(text, sql.Parameters, cancellationToken: ct));
    }
}

/// <summary>How many traces meet neither, one or both of two filters.</summary>
internal sealed record FilterCounts
{
    /// <summary>What is added to each of the four counts so that few traces do not say too much.</summary>
    public const double JeffreysPrior = 0.5;

    public required long Total { get; init; }

    public required long First { get; init; }

    public required long Second { get; init; }

    public required long Joint { get; init; }

    /// <summary>From -1 (never together) over 0 (independent) to 1 (always together); NaN when a filter finds nothing.</summary>
    public double Npmi(double smoothing)
    {
        if (First == 0 || Second == 0)
            return double.NaN;
        if (Joint == Total)
            return 1;
        var joint = Joint + smoothing;
        if (joint == 0)
            return -1;
        var total = Total + (4 * smoothing);
        var information = Math.Log(joint * total / ((First + (2 * smoothing)) * (Second + (2 * smoothing))));
        return Math.Clamp(information / -Math.Log(joint / total), -1, 1);
    }
}
