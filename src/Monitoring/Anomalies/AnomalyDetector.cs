using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Rules;
using Slipway.Statistics.Anomalies;

namespace Slipway.Monitoring.Anomalies;

// What is optional is settable: generated JSON code gives init-only properties beside required ones no default.
/// <summary>Which series is looked at, and what is wrong in it, as it was declared.</summary>
internal sealed partial record AnomalyDetector
{
    private const string RulePrefix = "anomaly/";
    private const int MostPoints = 10_000;
    private const int MostPeriod = 2016;
    private const int LeastSeasons = 3;

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("series")]
    public required WatchedValue Series { get; init; }

    [JsonPropertyName("every")]
    public string? EveryText { get; set; }

    [JsonPropertyName("aggregate")]
    public string Aggregate { get; set; } = "mean";

    [JsonPropertyName("detector")]
    public required DetectorFields Detector { get; init; }

    [JsonPropertyName("history")]
    public string HistoryText { get; set; } = "28d";

    [JsonPropertyName("violations")]
    public ViolationCount Violations { get; set; } = new() { Count = 1 };

    [JsonPropertyName("severity")]
    public string Severity { get; set; } = "warning";

    [JsonPropertyName("labels")]
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    [JsonPropertyName("alert")]
    public bool Alerts { get; set; } = true;

    [JsonPropertyName("incident")]
    public bool OpensIncidents { get; set; } = true;

    /// <summary>The rule under which it makes alerts: "anomaly/late-volume".</summary>
    [JsonIgnore]
    public string Rule => RuleOf(Name);

    [JsonIgnore]
    public IAnomalyDetector Policy => AnomalyDetectors.ByName.Get("detector", Detector.Type);

    [JsonIgnore]
    public DetectorSettings Settings => field ??= new DetectorSettings
    {
        History = Duration.Parse(HistoryText),
        Every = Parse(EveryText),
        Season = Parse(Detector.Season),
        Sensitivity = Enum.Parse<Sensitivity>(Detector.Sensitivity, ignoreCase: true),
        Direction = Enum.Parse<Direction>(Detector.Direction, ignoreCase: true),
        Above = Detector.Above,
        Below = Detector.Below,
        Over = Parse(Detector.Over),
        Relative = Detector.Relative,
        Shift = Detector.Shift,
        Decision = Detector.Decision,
        Target = Detector.Target,
        Deviation = Detector.Deviation,
    };

    public static string RuleOf(string name) => RulePrefix + name;

    /// <summary>Null of a rule that is no detector's.</summary>
    public static string? NameOf(string rule) => rule.StartsWith(RulePrefix, StringComparison.Ordinal) ? rule[RulePrefix.Length..] : null;

    public static AnomalyDetector Read(string yaml, string source)
    {
        var json = Jobs.Contracts.Definitions.Read(new DefinitionFile { Yaml = yaml, Source = source, Kind = "anomaly-detector" }).ToJsonString();
        return JsonSerializer.Deserialize(json, AnomalyJson.Default.AnomalyDetector)!.Checked(source);
    }

    private AnomalyDetector Checked(string source)
    {
        AssetName.Parse(Name);
        if (Violations.Of < Violations.Count)
            throw SlipwayException.Invalid($"{source}: violations: {Violations.Count} of the last {Violations.Of} points cannot be off.");
        if (Detector.Below >= Detector.Above)
            throw SlipwayException.Invalid($"{source}: detector: 'below' ({Detector.Below}) must be less than 'above' ({Detector.Above}).");
        if (Settings.Every is { } every && Settings.History / every > MostPoints)
            throw SlipwayException.Invalid($"{source}: history: {HistoryText} has more than {MostPoints:N0} points of {EveryText}; take a shorter history or a longer 'every'.");
        if (Settings.Season is { } season)
            CheckSeason(source, season);
        return this;
    }

    private void CheckSeason(string source, TimeSpan season)
    {
        if (Settings.Every is not { } every)
            throw SlipwayException.Invalid($"{source}: detector.season: a season needs points at even distances; say how far with 'every', such as every: 1h.");
        if (season.Ticks % every.Ticks != 0 || season / every is < 2 or > MostPeriod)
            throw SlipwayException.Invalid($"{source}: detector.season: {Detector.Season} must be 2 to {MostPeriod} times 'every' ({EveryText}).");
        if (Settings.History < LeastSeasons * season)
            throw SlipwayException.Invalid($"{source}: history: {HistoryText} is less than {LeastSeasons} seasons of {Detector.Season}.");
    }

    private static TimeSpan? Parse(string? text) => text is null ? null : Duration.Parse(text);
}

/// <summary>How points are judged.</summary>
internal sealed record DetectorFields
{
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("above")]
    public double? Above { get; set; }

    [JsonPropertyName("below")]
    public double? Below { get; set; }

    [JsonPropertyName("season")]
    public string? Season { get; set; }

    [JsonPropertyName("sensitivity")]
    public string Sensitivity { get; set; } = "medium";

    [JsonPropertyName("direction")]
    public string Direction { get; set; } = "both";

    [JsonPropertyName("over")]
    public string? Over { get; set; }

    [JsonPropertyName("relative")]
    public bool Relative { get; set; }

    [JsonPropertyName("shift")]
    public double Shift { get; set; } = 1;

    [JsonPropertyName("decision")]
    public double Decision { get; set; } = 5;

    [JsonPropertyName("target")]
    public double? Target { get; set; }

    [JsonPropertyName("deviation")]
    public double? Deviation { get; set; }
}

/// <summary>So many points of the last so many must be off.</summary>
internal sealed record ViolationCount
{
    [JsonPropertyName("count")]
    public required int Count { get; init; }

    [JsonPropertyName("of")]
    public int Of
    {
        get => field == 0 ? Count : field;
        set;
    }
}

[JsonSerializable(typeof(AnomalyDetector))]
internal sealed partial class AnomalyJson : JsonSerializerContext;
