using System.Globalization;
using Dapper;
using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.LoggedModels;

/// <summary>A search of logged models as SQL on logged_models l.</summary>
/// <param name="numbers">Of the metric keys that the search names; null for a key that does not exist.</param>
/// <param name="datasets">What metric conditions are restricted to; empty: any.</param>
internal sealed class LoggedModelSql(
    Dialect dialect, IReadOnlyDictionary<string, long?> numbers, IReadOnlyList<(string Name, string? Digest)> datasets)
{
    private readonly FilterSql _sql = new(dialect);

    public DynamicParameters Parameters => _sql.Parameters;

    public string Where(long[] experiments, FilterNode? filter)
    {
        var where = $" and {dialect.AnyOf("l.experiment_id", _sql.Add(experiments))}";
        if (filter is not null)
            where += " and " + FilterSql.Tree(filter, Write);

        // Without a condition on a metric any metric on one of the data sets will do.
        if (datasets.Count > 0 && FilterNode.Conditions(filter).All(condition => condition.Entity != "metric"))
            where += $" and exists (select 1 from logged_model_metrics m where m.model_id = l.id{OnDatasets()})";
        return where;
    }

    public (string Joins, string OrderBy) OrderBy(IReadOnlyList<LoggedModelOrder> orders)
    {
        var (joins, terms) = ("", "");
        for (var i = 0; i < orders.Count; i++)
        {
            var order = orders[i];
            var direction = order.Ascending ? "" : " desc";
            if (order.IsMetric)
            {
                joins += Latest(order, $"o{i.ToString(CultureInfo.InvariantCulture)}");
                terms += $"o{i}.value is null, o{i}.is_nan, o{i}.value{direction}, ";
                continue;
            }

            var column = LoggedModelFilters.Column(order.Key);
            var isText = order.Key is "name" or "model_id" or "model_type" or "source_run_id";
            terms += $"{column} is null, {(isText ? TextOrder.Of(dialect, column) : column)}{direction}, ";
        }

        return (joins, $"order by {terms}l.created_at desc, l.id");
    }

    private string Write(FilterCondition condition) => condition.Entity switch
    {
        "metric" => numbers[condition.Key] is { } number
            ? $"exists (select 1 from logged_model_metrics m where m.model_id = l.id and m.key_no = {_sql.Add(number)} "
                + $"and {_sql.Compare("m.value", condition)}{OnDatasets()})"
            : "1 = 0",
        "param" => Text("logged_model_params", condition),
        "tag" => Text("logged_model_tags", condition),
        _ => Attribute(condition),
    };

    private string Attribute(FilterCondition condition)
    {
        var column = LoggedModelFilters.Column(condition.Key);
        if (condition.Key is not ("status" or "experiment_id") || condition.Number is not null)
            return _sql.Compare(column, condition);

        // A status may be written by its name: READY, or LOGGED_MODEL_READY.
        return _sql.Compare(
            condition.Key == "status"
                ? "case l.status when 1 then 'PENDING' when 2 then 'READY' else 'UPLOAD_FAILED' end"
                : $"cast({column} as text)",
            condition with { Text = condition.Text?.Replace("LOGGED_MODEL_", "", StringComparison.Ordinal) });
    }

    private string Text(string table, FilterCondition condition) =>
        $"exists (select 1 from {table} t where t.model_id = l.id and t.key = {_sql.Add(condition.Key)} "
        + $"and {_sql.Compare("t.value", condition)})";

    private string OnDatasets()
    {
        if (datasets.Count == 0)
            return "";
        var each = datasets.Select(dataset => dataset.Digest is null
            ? $"m.dataset_name = {_sql.Add(dataset.Name)}"
            : $"(m.dataset_name = {_sql.Add(dataset.Name)} and m.dataset_digest = {_sql.Add(dataset.Digest)})");
        return $" and ({string.Join(" or ", each)})";
    }

    /// <summary>The latest point of the metric per model: the greatest time, then step.</summary>
    private string Latest(LoggedModelOrder order, string alias)
    {
        var dataset = (order.DatasetName is null ? "" : $" and dataset_name = {_sql.Add(order.DatasetName)}")
            + (order.DatasetDigest is null ? "" : $" and dataset_digest = {_sql.Add(order.DatasetDigest)}");
        return
            $"""
             left join (
                select model_id, value, is_nan, row_number() over (partition by model_id order by time desc, step desc) as place
                from logged_model_metrics where key_no = {_sql.Add(numbers[order.Key] ?? -1)}{dataset}
            ) {alias} on {alias}.model_id = l.id and {alias}.place = 1
            """;
    }
}
