using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>Terms of order_by as SQL on runs r, with the tables that they need; the first term's is o.</summary>
internal readonly record struct RunOrders(string Joins, string OrderBy)
{
    public static RunOrders Of(
        IReadOnlyList<OrderTerm> terms, int from, IReadOnlyDictionary<string, long?> numbers, FilterSql sql, Dialect dialect)
    {
        var (joins, orders) = ("", "");
        for (var i = from; i < terms.Count; i++)
        {
            var order = terms[i];
            var (alias, direction) = (i == 0 ? "o" : $"o{i}", order.Ascending ? "" : " desc");
            switch (order.Entity)
            {
                case "metric":
                    joins += $" left join latest_metrics {alias} on {alias}.run_no = r.no and {alias}.key_no = {sql.Add(numbers[order.Key] ?? -1)}";
                    orders += $"{alias}.value is null, {alias}.is_nan, {alias}.value{direction}, ";
                    break;
                case "param" or "tag":
                    var table = order.Entity == "param" ? "params" : "run_tags";
                    joins += $" left join {table} {alias} on {alias}.run_no = r.no and {alias}.key = {sql.Add(order.Key)}";
                    orders += $"{alias}.value is null, {TextOrder.Of(dialect, alias + ".value")}{direction}, ";
                    break;
                default:
                    var column = RunConditions.Column(order.Key);
                    var isTime = order.Key is "start_time" or "end_time";
                    orders += $"{column} is null, {(isTime ? column : TextOrder.Of(dialect, column))}{direction}, ";
                    break;
            }
        }

        return new RunOrders(joins, orders);
    }
}
