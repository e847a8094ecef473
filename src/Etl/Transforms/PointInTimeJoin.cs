using System.Text.Json.Nodes;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Transforms;

/// <summary>
/// <c>point_in_time</c>: gives each row the newest features of its entity that were known at its time. A feature row of time f is
/// known to a row of time t when f + lag ≤ t, and too old when f &lt; t − ttl.
/// </summary>
internal sealed record PointInTimeJoin
{
    /// <summary>An input of the step, or a data version "name@version".</summary>
    public required string Features { get; init; }

    /// <summary>Columns that name the entity, in both.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    public required string Time { get; init; }

    public required string FeatureTime { get; init; }

    /// <summary>Of feature rows of the same entity and time the one with the greatest of this counts; null: all their columns decide.</summary>
    public string? Created { get; init; }

    public TimeSpan Lag { get; init; }

    public TimeSpan? Ttl { get; init; }

    /// <summary>Empty: all but the keys and the times.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    public required string Prefix { get; init; }

    public static IReadOnlyList<PointInTimeJoin> Of(JsonObject settings) =>
        [.. SettingMap.All(settings, "point_in_time", "features", "keys", "time", "feature_time", "created", "lag", "ttl", "columns", "prefix").Select(Of)];

    /// <summary>A query over the rows, which are all kept, each once.</summary>
    public string Sql(DuckDbConnection connection, string rows, string features, CancellationToken ct)
    {
        var left = TableColumns.Read(connection, rows, ct);
        var right = TableColumns.Read(connection, features, ct);
        Check(left, right);
        var wanted = Columns.Count > 0 ? Columns
            : [.. right.Keys.Where(name => !Same(name, FeatureTime) && (Created is null || !Same(name, Created)) && !Keys.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (wanted.FirstOrDefault(name => left.ContainsKey(Prefix + name)) is { } twice)
            throw SlipwayException.Invalid($"point_in_time: the rows have a column '{Prefix + twice}' already; choose columns, or a prefix.");

        var cast = left[Time] == right[FeatureTime] ? "" : "::timestamp";
        var (time, known) = ($"l.{Id(Time)}{cast}", $"f.{Id(FeatureTime)}{cast}");
        var fresh = Ttl is { } ttl ? $"{known} >= {time} - {Seconds(ttl)}" : $"{known} is not null";
        var values = wanted.Select(name => $"case when {fresh} then f.{Id(name)} end as {Id(Prefix + name)}");
        var keys = Keys.Select(key => $"l.{Id(key)} = f.{Id(key)}");
        return $"""
            select l.*, {string.Join(", ", values)}
            from {rows} as l asof left join ({Distinct(features, right.Keys)}) as f
            on {string.Join(" and ", keys)} and {time} - {Seconds(Lag)} >= {known}
            """;
    }

    // One row for each entity and time, the same at every run.
    private string Distinct(string features, IEnumerable<string> columns)
    {
        var order = columns.Select(name => $"{Id(name)} desc nulls last");
        if (Created is not null)
            order = order.Prepend($"{Id(Created)} desc nulls last");
        var key = string.Join(", ", Keys.Append(FeatureTime).Select(Id));
        return $"select * from {features} where {Id(FeatureTime)} is not null qualify row_number() over (partition by {key} order by {string.Join(", ", order)}) = 1";
    }

    private void Check(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right)
    {
        foreach (var name in Keys.Append(Time).Where(name => !left.ContainsKey(name)))
            throw SlipwayException.Invalid($"point_in_time: the rows have no column '{name}'.{Nearest.Hint(name, left.Keys)}");
        foreach (var name in Keys.Append(FeatureTime).Concat(Columns).Append(Created ?? FeatureTime).Where(name => !right.ContainsKey(name)))
            throw SlipwayException.Invalid($"point_in_time: {Features} has no column '{name}'.{Nearest.Hint(name, right.Keys)}");
        foreach (var (name, type) in new[] { (Time, left[Time]), (FeatureTime, right[FeatureTime]) })
        {
            if (!type.StartsWith("TIMESTAMP", StringComparison.Ordinal) && type != "DATE")
                throw SlipwayException.Invalid($"point_in_time: column '{name}' is {type}, and a time is needed; cast it before.");
        }
    }

    private static PointInTimeJoin Of(SettingMap map)
    {
        var time = map.Require("time", "the column with the time of a row");
        var join = new PointInTimeJoin
        {
            Features = map.Require("features", "an input of the step, or a data asset such as airports@latest"),
            Keys = map.List("keys"),
            Time = time,
            FeatureTime = map.Text("feature_time") ?? time,
            Created = map.Text("created"),
            Lag = map.Text("lag") is { } lag ? Length(lag) : TimeSpan.Zero,
            Ttl = map.Text("ttl") is { } ttl ? Duration.Parse(ttl) : null,
            Columns = map.List("columns"),
            Prefix = map.Text("prefix") ?? "",
        };
        if (join.Keys.Count == 0)
            throw SlipwayException.Invalid("point_in_time.keys is missing: the columns that name the entity.");
        return join.Ttl is null || join.Ttl >= join.Lag
            ? join
            : throw SlipwayException.Invalid($"point_in_time.ttl ({map.Text("ttl")}) is shorter than lag ({map.Text("lag")}): no feature could ever be known.");
    }

    private static TimeSpan Length(string text) => text == "0" ? TimeSpan.Zero : Duration.Parse(text);

    private static string Seconds(TimeSpan length) => $"to_seconds({(long)length.TotalSeconds})";

    private static string Id(string name) => DuckDbSql.Identifier(name);

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
