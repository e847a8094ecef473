using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.Monitoring.Retraining;

namespace Slipway.Monitoring.Series;

/// <summary>A series by its name and labels.</summary>
internal sealed partial record SeriesKey
{
    private const int MostLabels = 30;
    private const int LongestLabel = 500;

    private SeriesKey(string name, string labels)
    {
        Name = name;
        Labels = labels;
    }

    public string Name { get; }

    /// <summary>As JSON, in the order of their names.</summary>
    public string Labels { get; }

    public static SeriesKey Of(string name, IReadOnlyDictionary<string, string>? labels)
    {
        if (!NamePattern.IsMatch(name))
            throw SlipwayException.Invalid($"'{name}' is not the name of a series: it has up to 200 letters, digits and '_', '.', ':', '/', '-', a letter or '_' first.");
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (label, value) in labels ?? new Dictionary<string, string>())
        {
            if (!LabelPattern.IsMatch(label) || value is null || value.Length > LongestLabel)
                throw SlipwayException.Invalid($"Series '{name}': '{label}' is no label: its name has letters, digits and '_', its value up to {LongestLabel} characters.");
            sorted[label] = value;
        }

        return sorted.Count <= MostLabels
            ? new SeriesKey(name, JsonSerializer.Serialize(sorted, MonitoringJson.Default.SortedDictionaryStringString))
            : throw SlipwayException.Invalid($"Series '{name}' has {sorted.Count} labels; it may have {MostLabels}.");
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.:/-]{0,199}\z")]
    private static partial Regex NamePattern { get; }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,99}\z")]
    private static partial Regex LabelPattern { get; }
}

/// <summary>A value of a series at a time.</summary>
internal sealed record PushedPoint(SeriesKey Series, long At, double Value);
