using System.Text.Json.Nodes;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Kernel;

namespace Slipway.Etl.Transforms;

/// <summary><c>dedup</c>: one row for each key, the last or first by an order; without keys, each row once.</summary>
internal sealed record Deduplication(IReadOnlyList<string> Keys, string? Order, bool KeepsLast)
{
    public static Deduplication? Of(JsonObject settings)
    {
        if (SettingMap.Find(settings, "dedup", "keys", "order", "keep") is not { } map)
            return null;
        var keys = map.List("keys");
        var order = map.Text("order");
        if (keys.Count > 0 && order is null)
            throw SlipwayException.Invalid("dedup.order is missing: the column that tells which row of a key is the last one.");
        return new Deduplication(keys, order, map.Choice("keep", "last", "first") == "last");
    }

    /// <summary>A query over the rows. Rows with the same key and order are told apart by all their columns, so that each run keeps the same one.</summary>
    public string Sql(string rows, IReadOnlyCollection<string> columns)
    {
        if (Keys.Count == 0)
            return $"select distinct * from {rows}";
        foreach (var name in Keys.Append(Order!).Where(name => !columns.Contains(name, StringComparer.OrdinalIgnoreCase)))
            throw SlipwayException.Invalid($"dedup: the rows have no column '{name}'.{Nearest.Hint(name, columns)}");
        var direction = KeepsLast ? "desc nulls last" : "asc nulls last";
        var order = string.Join(", ", columns.Select(column => $"{DuckDbSql.Identifier(column)} {direction}").Prepend($"{DuckDbSql.Identifier(Order!)} {direction}"));
        return $"select * from {rows} qualify row_number() over (partition by {string.Join(", ", Keys.Select(DuckDbSql.Identifier))} order by {order}) = 1";
    }
}
