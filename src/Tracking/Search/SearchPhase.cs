using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>
/// One part of an order, for which an index (or at least one sort) gives the rows: numbers, then NaN, then runs
/// without the metric. Missing values are last whatever the direction, which no single index does.
/// </summary>
/// <param name="From">The tables, with runs as r; what comes first is read first.</param>
/// <param name="Where">Conditions, each with "and" in front.</param>
/// <param name="Key">The column to order by; null for the default order.</param>
/// <param name="Short">The key is a number, so that a page token can hold it.</param>
internal sealed record SearchPhase(string From, string Where, string? Key, bool Ascending, bool Short)
{
    public const string Started = "r.started_at";

    /// <summary>The rows o of a metric are walked, not the runs.</summary>
    public bool WalksMetric => From.StartsWith("latest_metrics o", StringComparison.Ordinal);

    /// <summary>
    /// The column that an index has in order for each experiment, with the table and the other conditions for it alone; null
    /// when rows are sorted.
    /// </summary>
    public (string Column, string Table, string Alias, string Where)? Walk { get; init; }

    /// <summary>In a query that has the runs of all phases (and o left joined): which phase a run is in.</summary>
    public static string NumberOf(OrderTerm? order, IReadOnlyDictionary<string, long?> keys) => order switch
    {
        { Entity: "metric" } when keys[order.Key] is not null =>
            "case when o.run_no is null then 2 when o.is_nan then 1 else 0 end",
        { Entity: "attribute", Key: "end_time" } => "case when r.ended_at is null then 1 else 0 end",
        _ => "0",
    };

    /// <summary>The phases of an order's first term.</summary>
    public static IReadOnlyList<SearchPhase> Of(
        OrderTerm? order, IReadOnlyDictionary<string, long?> keys, string experiments, FilterSql sql, Dialect dialect)
    {
        var plain = new SearchPhase("runs r", $" and r.experiment_id {experiments}", null, true, true);
        var byStart = plain with { Walk = (Started, "runs r", "r", "") };
        return order switch
        {
            null => [byStart],
            { Entity: "metric" } => keys[order.Key] is { } number
                ? Metric(plain, $"= {sql.Add(number)}", experiments, order.Ascending)
                : [byStart],
            { Entity: "param" or "tag" } => Text(
                plain, order.Entity == "param" ? "params" : "run_tags", sql.Add(order.Key), order.Ascending, dialect),
            { Key: "end_time" } =>
            [
                plain with { Where = plain.Where + " and r.ended_at is not null", Key = "r.ended_at", Ascending = order.Ascending },
                plain with { Where = plain.Where + " and r.ended_at is null" },
            ],
            { Key: "start_time" } => [byStart with { Key = Started, Ascending = order.Ascending }],
            _ =>
            [
                plain with
                {
                    Key = TextOrder.Of(dialect, RunConditions.Column(order.Key)),
                    Ascending = order.Ascending,
                    Short = false,
                },
            ],
        };
    }

    /// <summary>The order of the rows, with the further terms of order_by between the key and the default.</summary>
    public string OrderBy(string further)
    {
        var direction = Ascending ? "" : " desc";
        var key = Key is null ? "" : $"{Key}{direction}, ";
        return $"order by {key}{further}{(Key == Started ? "" : $"{Started} desc, ")}r.id";
    }

    /// <summary>The condition of the rows behind one row; the first comparison is for the index.</summary>
    public string After(RowKey row, FilterSql sql)
    {
        var (started, id) = (sql.Add(row.StartedAt), sql.Add(row.Id));
        if (Key == Started)
        {
            var beyond = Ascending ? ">" : "<";
            return $" and {Started} {beyond}= {started} and ({Started} {beyond} {started} or r.id > {id})";
        }

        var later = $"({Started} < {started} or ({Started} = {started} and r.id > {id}))";
        if (Key is null)
            return $" and {Started} <= {started} and {later}";
        var value = sql.Add(row.Value);
        var further = Ascending ? ">" : "<";
        return $" and {Key} {further}= {value} and ({Key} {further} {value} or {later})";
    }

    /// <summary>
    /// The key that ends a stretch of so many rows or, of several experiments, somewhat fewer: a query of the index alone.
    /// </summary>
    /// <param name="from">The key of the stretch's first row; null: the row behind <paramref name="after"/>.</param>
    public string EndOfStretch(long rows, object? from, RowKey? after, IReadOnlyList<long> experiments, Dialect dialect, FilterSql sql)
    {
        var (column, table, alias, where) = Walk!.Value;
        from ??= after is { } row ? (column == Started ? row.StartedAt : row.Value) : null;
        var start = from is null ? "" : Beyond(from, sql);
        return
            $"""
            select {(IsUpward ? "min" : "max")}((
                select {column} from {table} where {alias}.experiment_id = e.id{where}{start}
                order by {column}{(IsUpward ? "" : " desc")} limit 1 offset {sql.Add(Math.Max(rows / experiments.Count, 1))}))
            from experiments e where {dialect.AnyOf("e.id", sql.Add(experiments.ToArray()))}
            """;
    }

    /// <summary>The rows from one key on: rows of one key stay together.</summary>
    public string Beyond(object from, FilterSql sql) => $" and {Walk!.Value.Column} {(IsUpward ? ">" : "<")}= {sql.Add(from)}";

    /// <summary>The rows before one key.</summary>
    public string Before(object end, FilterSql sql) => $" and {Walk!.Value.Column} {(IsUpward ? "<" : ">")} {sql.Add(end)}";

    // The default order begins with the newest.
    private bool IsUpward => Key is not null && Ascending;

    private static IReadOnlyList<SearchPhase> Metric(SearchPhase plain, string isKey, string experiments, bool ascending)
    {
        // "cross join" keeps SQLite from turning the order of the tables, and with it the use of the index, around.
        var isOfKey = $" and r.no = o.run_no and o.experiment_id {experiments} and o.key_no {isKey} and o.is_nan";
        var valued = new SearchPhase("latest_metrics o cross join runs r", isOfKey + " = false", "o.value", ascending, true)
        {
            Walk = ("o.value", "latest_metrics o", "o", $" and o.key_no {isKey} and o.is_nan = false"),
        };
        return
        [
            valued,
            valued with { Where = isOfKey + " = true", Key = null, Walk = null },
            plain with
            {
                Where = plain.Where
                    + $" and not exists (select 1 from latest_metrics o where o.run_no = r.no and o.key_no {isKey})",
                Walk = (Started, "runs r", "r", ""),
            },
        ];
    }

    private static IReadOnlyList<SearchPhase> Text(
        SearchPhase plain, string table, string key, bool ascending, Dialect dialect) =>
    [
        plain with
        {
            From = $"runs r join {table} o on o.run_no = r.no and o.key = {key}",
            Key = TextOrder.Of(dialect, "o.value"),
            Ascending = ascending,
            Short = false,
        },
        plain with
        {
            Where = plain.Where + $" and not exists (select 1 from {table} o where o.run_no = r.no and o.key = {key})",
        },
    ];
}
