using System.Text.Json.Nodes;
using Slipway.Etl.Steps;
using Slipway.Etl.Transforms;
using Slipway.Kernel;

namespace Slipway.Etl.Dataflows;

/// <summary>What a dataflow says beside its source, window and sink.</summary>
internal sealed record DataflowSettings
{
    /// <summary>The columns that the source must have.</summary>
    public required IReadOnlyDictionary<string, string> Columns { get; init; }

    /// <summary>fail, evolve or quarantine; null: a source without declared columns may be anything.</summary>
    public required string? Drift { get; init; }

    public required Deduplication? Dedup { get; init; }

    public required IReadOnlyList<PointInTimeJoin> Joins { get; init; }

    /// <summary>SQL over <c>source</c>; null: its rows as they are.</summary>
    public required string? Transform { get; init; }

    /// <summary>True: a window without rows is landed as such.</summary>
    public required bool MayBeEmpty { get; init; }

    public static async Task<DataflowSettings> OfAsync(JsonObject settings, CancellationToken ct)
    {
        var (text, file) = (settings["transform"]?.ToString(), settings["query"]?.ToString());
        if (text is { Length: > 0 } && file is { Length: > 0 })
            throw SlipwayException.Invalid("Give either transform, the SQL itself, or query, a file.");
        var sql = file is { Length: > 0 } ? await File.ReadAllTextAsync(file, ct) : text;
        return new DataflowSettings
        {
            Columns = SettingMap.Texts(settings, "columns"),
            Drift = Word(settings, "drift", SchemaDrift.Policies),
            Dedup = Deduplication.Of(settings),
            Joins = PointInTimeJoin.Of(settings),
            Transform = string.IsNullOrWhiteSpace(sql) ? null : SqlText.Single(sql),
            MayBeEmpty = Word(settings, "empty", "fail", "allow") == "allow",
        };
    }

    private static string? Word(JsonObject settings, string field, params string[] words)
    {
        if (settings[field]?.ToString() is not { Length: > 0 } text)
            return null;
        return words.Contains(text)
            ? text
            : throw SlipwayException.Invalid($"{field} is '{text}'.{Nearest.Hint(text, words)} Known: {string.Join(", ", words)}.");
    }
}
