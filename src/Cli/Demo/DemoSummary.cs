using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Slipway.Cli.Demo;

/// <summary>What the demo found, as --summary writes it.</summary>
internal sealed record DemoSummary(
    [property: JsonPropertyName("weeks")] IReadOnlyList<DemoWeek> Weeks,
    [property: JsonPropertyName("predictions")] long Predictions,
    [property: JsonPropertyName("versions")] int Versions,
    [property: JsonPropertyName("brier")] DemoAverages? Brier,
    [property: JsonPropertyName("seconds")] double Seconds);

/// <summary>Mean weekly Brier scores over the same weeks; lower is better.</summary>
/// <param name="Frozen">The first model, never replaced.</param>
/// <param name="Ungated">Retrained every week on the last four, always put into service.</param>
/// <param name="Gated">What was served: retrained by the policy, released by the gate.</param>
internal sealed record DemoAverages(
    [property: JsonPropertyName("frozen")] double Frozen,
    [property: JsonPropertyName("ungated")] double Ungated,
    [property: JsonPropertyName("gated")] double Gated);

/// <summary>One week of the demo.</summary>
internal sealed record DemoWeek
{
    [JsonPropertyName("week")]
    public required int Week { get; init; }

    [JsonPropertyName("rows")]
    public long Rows { get; set; }

    [JsonPropertyName("quarantined")]
    public long Quarantined { get; set; }

    [JsonPropertyName("late_rate")]
    public double LateRate { get; set; }

    /// <summary>The version that answered this week; null before the first.</summary>
    [JsonPropertyName("champion")]
    public int? Champion { get; set; }

    [JsonPropertyName("auc")]
    public double? Auc { get; set; }

    [JsonPropertyName("brier")]
    public double? Brier { get; set; }

    /// <summary>Brier score of the first model on this week.</summary>
    [JsonPropertyName("brier_frozen")]
    public double? BrierFrozen { get; set; }

    /// <summary>Brier score, on this week, of a model trained on the four weeks before.</summary>
    [JsonPropertyName("brier_ungated")]
    public double? BrierUngated { get; set; }

    /// <summary>The features whose drift crossed the limit; "prediction" for the score.</summary>
    [JsonPropertyName("drifted")]
    public IReadOnlyList<string> Drifted { get; set; } = [];

    /// <summary>none, train_promoted, or train_rejected: at the end of this week.</summary>
    [JsonPropertyName("action")]
    public string Action { get; set; } = "none";

    /// <summary>Why, in a sentence.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("gate")]
    public JsonNode? Gate { get; set; }

    /// <summary>How many answers were collected.</summary>
    [JsonPropertyName("predictions")]
    public long Predictions { get; set; }

    /// <summary>The steps of this week's jobs that were taken from the cache.</summary>
    [JsonPropertyName("reused")]
    public int Reused { get; set; }
}

[JsonSerializable(typeof(DemoSummary))]
[JsonSerializable(typeof(DemoProgress))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class DemoJson : JsonSerializerContext;
