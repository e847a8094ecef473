using System.Text.Json.Serialization;

namespace Slipway.Serving.Rollouts;

/// <summary>A rollout as it stands.</summary>
internal sealed record Rollout
{
    public required string Workspace { get; init; }

    public required RolloutDefinition Definition { get; init; }

    public string Name => Definition.Name;

    public required string Baseline { get; init; }

    public required RolloutStatus Status { get; init; }

    /// <summary>From 0.</summary>
    public required int Step { get; init; }

    public required DateTimeOffset StepStartedAt { get; init; }

    public required RolloutState State { get; init; }

    /// <summary>Why it stands where it stands, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Grows with every change; who changes it says from which on.</summary>
    public required long Revision { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public bool IsOver => Status is RolloutStatus.Completed or RolloutStatus.RolledBack or RolloutStatus.Aborted;

    public RolloutStep Current => Definition.Steps[Step];

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"rollout:{Name}";

    public Rollout At(int step, DateTimeOffset now, string message) => this with
    {
        Status = RolloutStatus.Running,
        Step = step,
        StepStartedAt = now,
        State = new RolloutState(),
        Message = message,
    };
}

/// <summary>Where a rollout can stand.</summary>
internal enum RolloutStatus
{
    Running,
    AwaitingApproval,
    Paused,
    Completed,
    RolledBack,
    Aborted,
}

/// <summary>What has been counted in a step; kept, for the counters in memory begin anew with each start of the server.</summary>
internal sealed record RolloutState
{
    /// <summary>Whether the step's traffic was set.</summary>
    [JsonPropertyName("applied")]
    public bool Applied { get; init; }

    [JsonPropertyName("candidate")]
    public Counted Candidate { get; init; } = new();

    [JsonPropertyName("baseline")]
    public Counted Baseline { get; init; } = new();
}

/// <summary>Requests of a deployment since the step began.</summary>
internal sealed record Counted
{
    [JsonPropertyName("requests")]
    public long Requests { get; init; }

    [JsonPropertyName("errors")]
    public long Errors { get; init; }

    /// <summary>Answered, and later than the limit.</summary>
    [JsonPropertyName("slow")]
    public long Slow { get; init; }

    /// <summary>
    /// The counters of each loading as they were looked at last: each of several servers has its own, and a server that is started anew counts from 0.
    /// </summary>
    [JsonPropertyName("readings")]
    public IReadOnlyDictionary<string, CounterReading> Readings { get; init; } = new Dictionary<string, CounterReading>();

    [JsonIgnore]
    public long Answered => Requests - Errors;

    /// <param name="isOfThisStep">Whether it was loaded since the step began; what another one counted before it was first looked at is not the step's.</param>
    public Counted Add(CounterReading now, bool isOfThisStep)
    {
        var before = Readings.GetValueOrDefault(now.Source) ?? (isOfThisStep ? new CounterReading(now.Source, 0, 0, 0) : now);
        return new Counted
        {
            Requests = Requests + now.Requests - before.Requests,
            Errors = Errors + now.Errors - before.Errors,
            Slow = Slow + now.Slow - before.Slow,
            Readings = new Dictionary<string, CounterReading>(Readings) { [now.Source] = now },
        };
    }
}

/// <param name="Source">The loading that was counted.</param>
internal sealed record CounterReading(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("requests")] long Requests,
    [property: JsonPropertyName("errors")] long Errors,
    [property: JsonPropertyName("slow")] long Slow);

/// <summary>A decision, with the numbers that it stands on.</summary>
internal sealed record RolloutDecision(
    int Step, string Verdict, string Reason, string NumbersJson, DateTimeOffset DecidedAt, string DecidedBy);

/// <summary>What was found on one criterion.</summary>
internal sealed record Finding
{
    [JsonPropertyName("criterion")]
    public required string Criterion { get; init; }

    /// <summary>Requests (or labelled ones) that it stands on.</summary>
    [JsonPropertyName("samples")]
    public required long Samples { get; init; }

    [JsonPropertyName("estimate")]
    public double? Estimate { get; init; }

    /// <summary>The true value lies between these, at the rollout's confidence, at whichever look.</summary>
    [JsonPropertyName("lower")]
    public double? Lower { get; init; }

    [JsonPropertyName("upper")]
    public double? Upper { get; init; }

    [JsonPropertyName("limit")]
    public required double Limit { get; init; }

    /// <summary>"holds", "broken", or "open" while the limit lies between the bounds.</summary>
    [JsonPropertyName("verdict")]
    public required string Verdict { get; init; }

    public static Finding Of(string criterion, long samples, double estimate, Statistics.Sequential.Bounds bounds, double limit) => new()
    {
        Criterion = criterion,
        Samples = samples,
        Estimate = double.IsFinite(estimate) ? estimate : null,
        Lower = bounds.Lower,
        Upper = bounds.Upper,
        Limit = limit,
        Verdict = samples == 0 ? "open" : bounds.Lower > limit ? "broken" : bounds.Upper <= limit ? "holds" : "open",
    };

    public override string ToString() => FormattableString.Invariant(
        $"{Criterion} {Estimate:0.####} (between {Lower:0.####} and {Upper:0.####}, limit {Limit:0.####}, {Samples} samples) {Verdict}");
}
