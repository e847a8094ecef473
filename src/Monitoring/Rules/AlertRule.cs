using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Notifications;
using Slipway.Monitoring.Rules.Expressions;

namespace Slipway.Monitoring.Rules;

// What is optional is settable: generated JSON code gives init-only properties beside required ones no default.
/// <summary>When there is an alert, as it was declared.</summary>
internal sealed partial record AlertRule
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("severity")]
    public string Severity { get; set; } = "warning";

    [JsonPropertyName("labels")]
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    [JsonPropertyName("values")]
    public required IReadOnlyDictionary<string, WatchedValue> Values { get; init; }

    [JsonPropertyName("when")]
    public required string When { get; init; }

    [JsonPropertyName("for")]
    public string? ForText { get; set; }

    /// <summary>With ${{name}}, ${{labels.name}}; null: the rule's own words.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; set; }

    /// <summary>What becomes of alerts that nobody can tell anything of: "keep" them, take them for "ok", or "alert".</summary>
    [JsonPropertyName("no_data")]
    public string NoData { get; set; } = "keep";

    [JsonPropertyName("notify")]
    public IReadOnlyList<string> Notify { get; set; } = [];

    [JsonPropertyName("inhibits")]
    public IReadOnlyList<InhibitionDefinition> Inhibits { get; set; } = [];

    [JsonPropertyName("incident")]
    public bool OpensIncidents { get; set; } = true;

    /// <summary>What "when" says.</summary>
    [JsonIgnore]
    public Expression Condition => field ??= ExpressionReader.Read(When, Values.Keys);

    [JsonIgnore]
    public TimeSpan Wait => ForText is null ? TimeSpan.Zero : Duration.Parse(ForText);

    [JsonIgnore]
    public AlertPolicy Policy => new(Name, Severity, Wait, OpensIncidents);

    public static AlertRule Read(string yaml, string source) =>
        Parse(Jobs.Contracts.Definitions.Read(new DefinitionFile { Yaml = yaml, Source = source, Kind = "alert-rule" }).ToJsonString()).Checked(source);

    private static AlertRule Parse(string json) => JsonSerializer.Deserialize(json, RuleJson.Default.AlertRule)!;

    private AlertRule Checked(string source)
    {
        AssetName.Parse(Name);
        if (Values.Keys.FirstOrDefault(name => !ValueName.IsMatch(name)) is { } wrong)
            throw SlipwayException.Invalid($"{source}: values.{wrong}: a value's name has letters, digits and '_', a letter first, and is no word of expressions.");
        if (Values.FirstOrDefault(pair => pair.Value is null).Key is { } empty)
            throw SlipwayException.Invalid($"{source}: values.{empty}: say what it looks at: {{monitor: …}}, {{deployment: …}}, {{data_test: …}} or {{metric: …}}.");
        if (Labels.FirstOrDefault(pair => pair.Value is null).Key is { } label)
            throw SlipwayException.Invalid($"{source}: labels.{label}: a label needs a value.");
        try
        {
            _ = Condition;
        }
        catch (SlipwayException refusal)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"{source}: when: {refusal.Message}", refusal);
        }

        foreach (var matcher in Inhibits.SelectMany(inhibition => inhibition.Match))
            Matcher.Parse(matcher);
        RuleMessage.Check(this, source);
        return this;
    }

    [GeneratedRegex(@"\A(?!(?:and|or|not|labels|true|false)\z)[A-Za-z_][A-Za-z0-9_]{0,63}\z")]
    private static partial Regex ValueName { get; }
}

/// <summary>While an alert of the rule fires, alerts that match are not told.</summary>
internal sealed record InhibitionDefinition
{
    [JsonPropertyName("match")]
    public required IReadOnlyList<string> Match { get; init; }

    [JsonPropertyName("equal")]
    public IReadOnlyList<string> Equal { get; set; } = [];
}

/// <summary>What is looked at, and where.</summary>
internal sealed record WatchedValue
{
    /// <summary>"monitor", "deployment", "data_test", "metric", "series" or "anomaly".</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("monitor")]
    public string? Monitor { get; set; }

    [JsonPropertyName("signal")]
    public string? Signal { get; set; }

    [JsonPropertyName("feature")]
    public string? Feature { get; set; }

    [JsonPropertyName("segment")]
    public string? Segment { get; set; }

    /// <summary>"" where the source knows one figure only.</summary>
    [JsonPropertyName("metric")]
    public string Metric { get; set; } = "";

    /// <summary>"flights/blue", or "flights" for each of its deployments.</summary>
    [JsonPropertyName("deployment")]
    public string? Deployment { get; set; }

    /// <summary>The data asset.</summary>
    [JsonPropertyName("data_test")]
    public string? DataTest { get; set; }

    [JsonPropertyName("suite")]
    public string? Suite { get; set; }

    [JsonPropertyName("expectation")]
    public string? Expectation { get; set; }

    [JsonPropertyName("run")]
    public string? Run { get; set; }

    [JsonPropertyName("experiment")]
    public string? Experiment { get; set; }

    /// <summary>The name of pushed or scraped points.</summary>
    [JsonPropertyName("series")]
    public string? Series { get; set; }

    /// <summary>Of the series with these; null: of each.</summary>
    [JsonPropertyName("labels")]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>The anomaly detector.</summary>
    [JsonPropertyName("anomaly")]
    public string? Anomaly { get; set; }

    [JsonPropertyName("function")]
    public string Function { get; set; } = "last";

    [JsonPropertyName("window")]
    public string? WindowText { get; set; }

    [JsonIgnore]
    public TimeSpan? Window => WindowText is null ? null : Duration.Parse(WindowText);
}

[JsonSerializable(typeof(AlertRule))]
[JsonSerializable(typeof(IReadOnlyList<long>))]
internal sealed partial class RuleJson : JsonSerializerContext;
