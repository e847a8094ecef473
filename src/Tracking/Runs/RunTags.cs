using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Runs;

/// <summary>The limits of tags and params. A value that is too long is cut, as MLflow does by default.</summary>
internal static class RunTags
{
    public const int LongestTag = 8000;
    public const int LongestParam = 6000;

    /// <summary>The tags with legal keys and lengths; of two with one key the last.</summary>
    public static List<KeyValue> Checked(IReadOnlyList<KeyValue> tags, string field = "tags")
    {
        var last = new Dictionary<string, string>(tags.Count, StringComparer.Ordinal);
        for (var i = 0; i < tags.Count; i++)
        {
            MlflowNames.DemandKey("tag", $"{field}[{i}].key", tags[i].Key);
            last[tags[i].Key] = Cut(tags[i].Value, LongestTag);
        }

        return [.. last.Select(tag => new KeyValue(tag.Key, tag.Value))];
    }

    public static KeyValue Tag(string key, string value)
    {
        MlflowNames.DemandKey("tag", "key", key);
        return new KeyValue(key, Cut(value, LongestTag));
    }

    public static KeyValue Param(string field, string key, string value)
    {
        MlflowNames.DemandKey("param", field, key);
        return new KeyValue(key, Cut(value, LongestParam));
    }

    private static string Cut(string value, int limit)
    {
        if (value.Length <= limit)
            return value;

        // Not through the middle of a surrogate pair.
        return char.IsHighSurrogate(value[limit - 1]) ? value[..(limit - 1)] : value[..limit];
    }
}
