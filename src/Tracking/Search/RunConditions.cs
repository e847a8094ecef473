using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>The conditions of a filter as SQL on runs r.</summary>
/// <param name="keyNumbers">The numbers of the metric keys that the filter names; null for a key that no run has.</param>
/// <param name="run">The column that has the run's number earliest: what hangs on it is checked before r is looked up.</param>
/// <param name="ordered">The metric whose rows o are walked, if they are: its conditions are a range of the index.</param>
internal sealed class RunConditions(
    Dialect dialect, FilterSql sql, IReadOnlyDictionary<string, long?> keyNumbers, string run = "r.no", string? ordered = null)
{
    private const string Never = "1 = 0", Always = "1 = 1";

    // With it PostgreSQL looks one row up per run, as SQLite does; it would plan a join, for longer than the search takes.
    private readonly string _fence = dialect.Provider == DatabaseProvider.Postgres ? " offset 0" : "";

    /// <summary>What the runs that are looked at have been chosen by: what an index answers wholly is not checked again.</summary>
    public IReadOnlyList<FilterCondition> Met { get; init; } = [];

    /// <summary>The conditions that most runs fail, by all experience, come first.</summary>
    public string Write(FilterNode node) => node switch
    {
        FilterAnd all when all.Parts.Where(part => !IsAnswered(part)).ToList() is { Count: > 0 } left => InOrder(left),
        FilterAnd => Always,
        _ when IsAnswered(node) => Always,
        _ => Tree(node),
    };

    private string InOrder(IReadOnlyList<FilterNode> parts) =>
        string.Join(" and ", parts.GroupBy(IsOfRun).Select(group => group.Key
            ? string.Join(" and ", group.Select(Tree))
            : InTurn([.. group.OrderBy(Rank).Select(Tree)])));

    private bool IsAnswered(FilterNode node) => node is FilterCondition condition && Met.Contains(condition) && RunLists.IsExact(condition);

    private string Tree(FilterNode node) => FilterSql.Tree(node, Write);

    // PostgreSQL takes look-ups in an order of its own, but keeps to that of a "case".
    private string InTurn(IReadOnlyList<string> conditions) => dialect.Provider == DatabaseProvider.Postgres
        ? string.Concat(conditions.SkipLast(1).Select(condition => $"case when {condition} then "))
            + conditions[^1] + string.Concat(Enumerable.Repeat(" else false end", conditions.Count - 1))
        : string.Join(" and ", conditions);

    // What an index of runs may answer is not hidden in a "case".
    private static bool IsOfRun(FilterNode node) => node is FilterCondition { Entity: "attribute" };

    private int Rank(FilterNode node) => node switch
    {
        FilterCondition condition when Met.Contains(condition) => 4,
        FilterCondition { Entity: "param" or "tag", Operator: FilterOperators.Equal } => 0,
        FilterCondition { Entity: "param" or "tag" } => 1,
        FilterCondition { Entity: "metric" } => 2,
        _ => 3,
    };

    private string Write(FilterCondition condition) => condition.Entity switch
    {
        "metric" => Metric(condition),
        "param" => Text("params", condition),
        "tag" => Text("run_tags", condition),
        "dataset" => Dataset(condition),
        _ => Attribute(condition),
    };

    private string Metric(FilterCondition condition) => condition.Key == ordered ? sql.Compare("o.value", condition)
        : keyNumbers[condition.Key] is { } number
        ? $"exists (select 1 from latest_metrics m where m.run_no = {run} and m.key_no = {sql.Add(number)} "
            + $"and {sql.Compare("m.value", condition)}{_fence})"
        : Never;

    private string Text(string table, FilterCondition condition)
    {
        if (condition.Text is { } text && TextRange.Of(condition.Operator, text) is { IsOne: true } one)
            return Equal(table, condition, one.From);
        var row = $"select 1 from {table} t where t.run_no = {run} and t.key = {sql.Add(condition.Key)}";
        return condition.Operator switch
        {
            FilterOperators.IsNull => $"not exists ({row}{_fence})",
            FilterOperators.IsNotNull => $"exists ({row}{_fence})",
            _ => $"exists ({row} and {(condition.Number is null ? sql.Compare("t.value", condition) : Number(condition))}{_fence})",
        };
    }

    // The runs of one value are close together in the index of values, and far apart in the table.
    private string Equal(string table, FilterCondition condition, string text)
    {
        var index = dialect.Provider == DatabaseProvider.Sqlite ? $" indexed by {table}_by_value" : "";
        return $"exists (select 1 from {table} t{index} where {dialect.IsText("t", sql.Add(condition.Key), sql.Add(text))} and t.run_no = {run}{_fence})";
    }

    // A text that is no number never matches.
    private string Number(FilterCondition condition)
    {
        var compared = $"{FilterSql.Symbol(condition.Operator)} {sql.Add(condition.Number)}";
        return dialect.Provider == DatabaseProvider.Postgres
            ? @"case when t.value ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$' "
                + $"then cast(t.value as double precision) {compared} else false end"
            : $"case when {SqliteFunctions.IsNumber}(t.value) then cast(t.value as real) {compared} else false end";
    }

    private string Dataset(FilterCondition condition) => condition.Key == "context"
        ? "exists (select 1 from run_input_tags t where t.run_no = r.no and t.key = 'mlflow.data.context' "
            + $"and {sql.Compare("t.value", condition)})"
        : "exists (select 1 from run_inputs i join datasets d on d.no = i.dataset_no where i.run_no = r.no "
            + $"and {sql.Compare(condition.Key == "name" ? "d.name" : "d.digest", condition)})";

    private string Attribute(FilterCondition condition)
    {
        // Ids are lower-case; MLflow drops others from the list.
        if (condition is { Key: "run_id", Operator: FilterOperators.In or FilterOperators.NotIn })
        {
            var ids = condition.List.Where(id => !id.Any(char.IsAsciiLetterUpper)).ToList();
            return sql.Compare("r.id", condition with { List = ids });
        }

        return sql.Compare(Column(condition.Key), condition);
    }

    public static string Column(string key) => key switch
    {
        "run_id" => "r.id",
        "run_name" => "r.name",
        "status" => "r.status",
        "artifact_uri" => "r.artifact_uri",
        "user_id" => "r.user_id",
        "start_time" => "r.started_at",
        "end_time" => "r.ended_at",
        _ => throw new InvalidOperationException($"Runs have no column for {key}."),
    };
}
