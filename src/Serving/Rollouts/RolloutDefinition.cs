using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Serving.Rollouts;

// What is optional is settable: generated JSON code gives init-only properties beside required ones no default.
/// <summary>How a candidate gets a baseline's traffic, as it was declared.</summary>
internal sealed record RolloutDefinition
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("endpoint")]
    public required string Endpoint { get; init; }

    [JsonPropertyName("baseline")]
    public string? Baseline { get; set; }

    [JsonPropertyName("candidate")]
    public required string Candidate { get; init; }

    [JsonPropertyName("confidence")]
    public double Confidence { get; set; } = 0.95;

    [JsonPropertyName("interval")]
    public string IntervalText { get; set; } = "15s";

    [JsonPropertyName("on_inconclusive")]
    public string OnInconclusive { get; set; } = "pause";

    [JsonPropertyName("criteria")]
    public required RolloutCriteria Criteria { get; init; }

    [JsonPropertyName("steps")]
    public required IReadOnlyList<RolloutStep> Steps { get; init; }

    [JsonIgnore]
    public TimeSpan Interval => Duration.Parse(IntervalText);

    /// <summary>What each look at each criterion may contribute to a wrong decision, so that all together keep to the confidence.</summary>
    [JsonIgnore]
    public double RiskOfEach => (1 - Confidence) / (Math.Max(1, Criteria.Count) * Steps.Count);

    public static RolloutDefinition Read(string yaml, string source) =>
        Parse(Definitions.Read(new DefinitionFile { Yaml = yaml, Source = source, Kind = "rollout" }).ToJsonString()).Checked(source);

    public static RolloutDefinition Parse(string json) => JsonSerializer.Deserialize(json, RolloutJson.Default.RolloutDefinition)!;

    private RolloutDefinition Checked(string source)
    {
        if (Steps.Count == 0)
            throw SlipwayException.Invalid($"{source}: steps: there is none; write at least '- traffic: 100'.");
        if (Criteria.Count == 0)
            throw SlipwayException.Invalid($"{source}: criteria: there is none; a rollout is judged by at least one, such as error_rate.");
        var shares = Steps.Select(step => step.Traffic).ToList();
        if (!shares.SequenceEqual(shares.Order()))
            throw SlipwayException.Invalid($"{source}: steps: the traffic goes {string.Join(", ", shares)} %; it only grows in a rollout.");
        if (Steps.Select((step, index) => (step, index)).FirstOrDefault(pair => pair.step.LeastTime > pair.step.TimeLimit) is ({ } never, var at))
            throw SlipwayException.Invalid($"{source}: steps[{at}]: its minimum_time ({never.LeastTimeText}) is longer than its time_limit ({never.TimeLimitText}), so that it could not pass.");
        if (Criteria.Disagreement is not null && Steps.All(step => step.Shadow == 0))
            throw SlipwayException.Invalid($"{source}: criteria.disagreement: it is measured on pairs of answers, and no step has a shadow; add '- shadow: 100'.");
        if (Criteria.NeedsBaseline && Steps.All(step => !step.HasBaseline))
            throw SlipwayException.Invalid($"{source}: steps: the baseline answers in none of them, so that the candidate cannot be compared with it; add one with a shadow or with less traffic.");
        if (Baseline == Candidate)
            throw SlipwayException.Invalid($"{source}: candidate: '{Candidate}' is the baseline, too.");
        return this;
    }
}

/// <summary>A share of the traffic, and what must have been seen before the next.</summary>
internal sealed record RolloutStep
{
    [JsonPropertyName("shadow")]
    public int Shadow { get; set; }

    [JsonPropertyName("traffic")]
    public int Traffic { get; set; }

    [JsonPropertyName("minimum_samples")]
    public long LeastSamples { get; set; } = 100;

    [JsonPropertyName("minimum_time")]
    public string? LeastTimeText { get; set; }

    [JsonPropertyName("time_limit")]
    public string TimeLimitText { get; set; } = "24h";

    [JsonPropertyName("approval")]
    public bool Approval { get; set; }

    /// <summary>Whether the baseline answers in it, too, so that the candidate can be compared with it.</summary>
    [JsonIgnore]
    public bool HasBaseline => Traffic < 100;

    [JsonIgnore]
    public TimeSpan LeastTime => LeastTimeText is null ? TimeSpan.Zero : Duration.Parse(LeastTimeText);

    [JsonIgnore]
    public TimeSpan TimeLimit => Duration.Parse(TimeLimitText);

    public override string ToString() => (Traffic, Shadow) switch
    {
        (0, _) => $"shadow of {Shadow} %",
        (_, 0) => $"{Traffic} %",
        _ => $"{Traffic} % and shadow of {Shadow} %",
    };
}

/// <summary>What a candidate is judged by; null: not by this.</summary>
internal sealed record RolloutCriteria
{
    [JsonPropertyName("error_rate")]
    public ErrorRateCriterion? ErrorRate { get; set; }

    [JsonPropertyName("latency")]
    public LatencyCriterion? Latency { get; set; }

    [JsonPropertyName("disagreement")]
    public DisagreementCriterion? Disagreement { get; set; }

    [JsonPropertyName("score_shift")]
    public ScoreShiftCriterion? ScoreShift { get; set; }

    [JsonPropertyName("loss")]
    public LossCriterion? Loss { get; set; }

    [JsonIgnore]
    public bool NeedsAnswers => Disagreement is not null || ScoreShift is not null || Loss is not null;

    /// <summary>Whether something compares the candidate with the baseline.</summary>
    [JsonIgnore]
    public bool NeedsBaseline => NeedsAnswers || ErrorRate?.MaximumIncrease is not null;

    [JsonIgnore]
    public int Count => (ErrorRate?.Maximum is null ? 0 : 1) + (ErrorRate?.MaximumIncrease is null ? 0 : 1)
        + (Latency is null ? 0 : 1) + (Disagreement is null ? 0 : 1) + (ScoreShift is null ? 0 : 1) + (Loss is null ? 0 : 1);
}

internal sealed record ErrorRateCriterion
{
    [JsonPropertyName("maximum")]
    public double? Maximum { get; set; }

    [JsonPropertyName("maximum_increase")]
    public double? MaximumIncrease { get; set; }
}

internal sealed record LatencyCriterion
{
    [JsonPropertyName("percentile")]
    public double Percentile { get; set; } = 99;

    [JsonPropertyName("maximum_ms")]
    public required double MaximumMilliseconds { get; init; }
}

internal sealed record DisagreementCriterion
{
    [JsonPropertyName("maximum")]
    public required double Maximum { get; init; }

    [JsonPropertyName("tolerance")]
    public double? Tolerance { get; set; }
}

internal sealed record ScoreShiftCriterion
{
    [JsonPropertyName("maximum")]
    public required double Maximum { get; init; }
}

internal sealed record LossCriterion
{
    [JsonPropertyName("metric")]
    public string Metric { get; set; } = "brier";

    [JsonPropertyName("maximum_increase")]
    public required double MaximumIncrease { get; init; }
}

[JsonSerializable(typeof(RolloutDefinition))]
[JsonSerializable(typeof(RolloutState))]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
internal sealed partial class RolloutJson : JsonSerializerContext;
