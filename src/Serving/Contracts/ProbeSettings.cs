using System.Text.Json.Serialization;

namespace Slipway.Serving.Contracts;

/// <summary>How long the processes of a deployment may take until they are ready, and how it is found out that a model server lives no more.</summary>
public sealed record ProbeSettings
{
    public static ProbeSettings Default { get; } = new();

    /// <summary>Until a process is ready; one that takes longer is ended. Null: two minutes.</summary>
    [JsonPropertyName("start_timeout_s"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StartSeconds { get; init; }

    /// <summary>Between two questions whether a model server that was started here is healthy; null: it is not asked.</summary>
    [JsonPropertyName("period_s"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PeriodSeconds { get; init; }

    /// <summary>How long an answer may take; null: two seconds.</summary>
    [JsonPropertyName("timeout_s"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeoutSeconds { get; init; }

    /// <summary>Questions without a good answer, one after the other, after which it is started anew; null: three.</summary>
    [JsonPropertyName("failure_threshold"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? FailureThreshold { get; init; }

    [JsonIgnore]
    public TimeSpan Start => TimeSpan.FromSeconds(StartSeconds ?? 120);

    [JsonIgnore]
    public TimeSpan Answer => TimeSpan.FromSeconds(TimeoutSeconds ?? 2);

    [JsonIgnore]
    public int Failures => FailureThreshold ?? 3;
}
