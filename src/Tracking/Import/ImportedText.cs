using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Import;

/// <summary>Texts of an import, by the rules of those that are logged here.</summary>
internal static class ImportedText
{
    /// <summary>The text, or a refusal of what PostgreSQL cannot keep.</summary>
    public static string Checked(string field, string? text, int limit)
    {
        var value = MlflowNames.Limited(field, text ?? "", limit);
        return value.Contains('\0', StringComparison.Ordinal)
            ? throw SlipwayException.Invalid($"'{field}' contains NUL, which cannot be kept.")
            : value;
    }

    public static string? Optional(string field, string? text, int limit) => text is null ? null : Checked(field, text, limit);

    public static List<KeyValue> Params(string field, IReadOnlyDictionary<string, string>? parameters) =>
    [
        .. (parameters ?? new Dictionary<string, string>()).Select(param =>
            RunTags.Param($"{field}.{param.Key}", param.Key, Checked($"{field}.{param.Key}", param.Value, int.MaxValue))),
    ];

    public static List<KeyValue> Tags(string field, IReadOnlyDictionary<string, string>? tags) => RunTags.Checked(
        [.. (tags ?? new Dictionary<string, string>()).Select(tag => new KeyValue(tag.Key, Checked($"{field}.{tag.Key}", tag.Value, int.MaxValue)))],
        field);

    public static long Time(string field, long time) => time >= 0
        ? time
        : throw SlipwayException.Invalid($"'{field}' is {time}; it must be milliseconds since 1970, not negative.");
}
