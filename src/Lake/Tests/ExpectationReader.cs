using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Lake.Contracts;
using Slipway.Lake.Yaml;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Lake.Tests;

/// <summary>Reads one entry of a suite, whose fields are known to belong to its kind.</summary>
internal static class ExpectationReader
{
    public static IEnumerable<Expectation> Read(string kind, YamlFields node, YamlProblems problems)
    {
        var common = Common.Of(kind, node, problems);
        return kind switch
        {
            "not_null" => Columns(node, problems).Select(column => common.Put(
                new RowExpectation($"{Quote(column)} is not null") { Columns = [column], Name = $"not_null({column})", Kind = kind })),
            "unique" => [common.Put(new UniqueExpectation { Columns = Columns(node, problems), Name = "unique", Kind = kind })],
            "in_set" => [common.Put(InSet(node, problems))],
            "between" => [common.Put(Between(node, problems))],
            "matches" => [common.Put(Matches(node))],
            "sql" => [common.Put(Condition(node))],
            "foreign_key" => [common.Put(ForeignKey(node, problems))],
            "row_count" => [common.Put(RowCount(node, problems))],
            "measure" => [common.Put(Measure(node, problems))],
            "anomaly" => [common.Put(AnomalyRules.Read(node, problems))],
            "quantile" => [common.Put(ProfileExpectations.Quantile(Column(node), node, problems))],
            "distribution" => [common.Put(ProfileExpectations.Distribution(Column(node), node, problems))],
            "freshness" => [common.Put(Freshness(node, problems))],
            _ => [common.Put(new SchemaExpectation(node.Map("types")) { Name = "columns", Kind = kind })],
        };
    }

    private static string Quote(string column) => DuckDbSql.Identifier(column);

    private static IReadOnlyList<string> Columns(YamlFields node, YamlProblems problems)
    {
        string[] columns = [.. node.List("column").Concat(node.List("columns")).Select(item => item.Value!)];
        if (columns.Length == 0)
            problems.Add(node.Node, "columns is missing: the columns that it is about.");
        return columns;
    }

    private static string Column(YamlFields node) => node.RequiredText("column", "the column that it is about") ?? "";

    private static RowExpectation InSet(YamlFields node, YamlProblems problems)
    {
        var column = Column(node);
        var values = node.List("values");
        if (values.Count == 0)
            problems.Add(node.Node, "values is missing: the values that are allowed.");
        return new RowExpectation($"{Quote(column)} in ({string.Join(", ", values.Select(Value))})")
        {
            Columns = [column],
            Name = $"in_set({column})",
            Kind = "in_set",
        };
    }

    private static RowExpectation Between(YamlFields node, YamlProblems problems)
    {
        var column = Column(node);
        var (min, max) = (node.Find("min") as YamlScalarNode, node.Find("max") as YamlScalarNode);
        if (min is null && max is null)
            problems.Add(node.Node, "min or max is missing.");
        string?[] parts =
        [
            min is null ? null : $"{Quote(column)} >= {Value(min)}",
            max is null ? null : $"{Quote(column)} <= {Value(max)}",
        ];
        return new RowExpectation(string.Join(" and ", parts.OfType<string>()))
        {
            Columns = [column],
            Name = $"between({column})",
            Kind = "between",
        };
    }

    private static RowExpectation Matches(YamlFields node)
    {
        var column = Column(node);
        var pattern = node.RequiredText("pattern", "a regular expression (RE2) for the whole value") ?? "";
        return new RowExpectation($"regexp_full_match({Quote(column)}, {DuckDbSql.Literal(pattern)})")
        {
            Columns = [column],
            Name = $"matches({column})",
            Kind = "matches",
        };
    }

    private static RowExpectation Condition(YamlFields node)
    {
        var condition = node.RequiredText("condition", "SQL that is true for each row that is right") ?? "";
        return new RowExpectation($"({condition}\n)") { Name = $"sql({condition})", Kind = "sql" };
    }

    private static RowExpectation ForeignKey(YamlFields node, YamlProblems problems)
    {
        var column = Column(node);
        var references = node.RequiredText("references", "the data version that has the keys, such as airports@2") ?? "";
        var key = Quote(node.Text("key") ?? column);
        if (references.Contains('\'', StringComparison.Ordinal))
            problems.Add(node.Find("references")!, $"'{references}' is no data version, such as airports@2.");
        return new RowExpectation($"{Quote(column)} in (select {key} from 'data:{references}' where {key} is not null)")
        {
            Columns = [column],
            Name = $"foreign_key({column})",
            Kind = "foreign_key",
        };
    }

    private static TableExpectation Measure(YamlFields node, YamlProblems problems)
    {
        var measure = node.RequiredText("measure", "an SQL aggregate, such as avg(delay)") ?? "null";
        var (min, max) = ProfileExpectations.Bounds(node, problems);
        return new TableExpectation(measure, (value, _) => ProfileExpectations.Outside(Measured.Number(value) ?? double.NaN, min, max))
        {
            Name = $"measure({measure})",
            Kind = "measure",
        };
    }

    private static TableExpectation RowCount(YamlFields node, YamlProblems problems)
    {
        var (min, max) = (node.Number("min", 0, double.PositiveInfinity), node.Number("max", 0, double.PositiveInfinity));
        if (min is null && max is null)
            problems.Add(node.Node, "min or max is missing.");
        return new TableExpectation("count(*)", (value, _) => Convert.ToDouble(value, CultureInfo.InvariantCulture) switch
        {
            var rows when rows < min => $"there are {rows:N0} rows, fewer than {min:N0}",
            var rows when rows > max => $"there are {rows:N0} rows, more than {max:N0}",
            _ => null,
        })
        { Name = "row_count", Kind = "row_count" };
    }

    private static TableExpectation Freshness(YamlFields node, YamlProblems problems)
    {
        var column = Column(node);
        var text = node.RequiredText("max_age", "how old the newest row may be, such as 36h");
        if (!Duration.TryParse(text ?? "", out var maxAge) && text is not null)
            problems.Add(node.Find("max_age")!, $"'{text}' is no length of time: write a whole number and s, m, h or d, such as 36h or 7d.");
        return new TableExpectation($"epoch_ms(max({Quote(column)})::timestamp)", (value, circumstances) => value switch
        {
            null => "there is no time in it",
            long newest when circumstances.AsOf - DateTimeOffset.FromUnixTimeMilliseconds(newest) is var age && age > maxAge =>
                $"the newest row is {age.TotalHours:N1} hours old, more than {text}",
            _ => null,
        })
        { Columns = [column], Name = $"freshness({column})", Kind = "freshness" };
    }

    // Unquoted numbers are numbers; any other text is a literal that DuckDB reads as the column's type.
    private static string Value(YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? scalar.Value!
            : DuckDbSql.Literal(scalar.Value!);

    /// <summary>The fields that all expectations have.</summary>
    private sealed record Common(string? Name, bool IsWarning, OnFail OnFail, double? Mostly, string? Reason, string Place)
    {
        public static Common Of(string kind, YamlFields node, YamlProblems problems)
        {
            var isWarning = node.Choice("severity", false, ("error", false), ("warn", true));
            var onFail = node.Choice(
                "on_fail",
                isWarning ? OnFail.Report : OnFail.Block,
                ("block", OnFail.Block), ("quarantine", OnFail.Quarantine), ("report", OnFail.Report));
            if (isWarning && onFail == OnFail.Block)
                problems.Add(node.Find("on_fail")!, "severity: warn never stops a pipeline; leave on_fail: block out or make it an error.");
            if (onFail == OnFail.Quarantine && kind is not ("not_null" or "unique" or "in_set" or "between" or "matches" or "sql" or "foreign_key"))
                problems.Add(node.Find("on_fail") ?? node.Node, $"{kind} is about the table as a whole, of which no row can be set aside; use block or report.");
            return new Common(
                node.Text("name"), isWarning, onFail, node.Number("mostly", 0, 1), node.Text("reason"), problems.Place(node.Node));
        }

        public Expectation Put(Expectation expectation) => expectation with
        {
            Name = Name ?? expectation.Name,
            IsWarning = IsWarning,
            OnFail = OnFail,
            Mostly = Mostly,
            Reason = Reason,
            Place = Place,
        };
    }
}
