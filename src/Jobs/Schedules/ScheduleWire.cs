using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>A schedule on the wire.</summary>
/// <param name="Definition">In Azure ML's field names.</param>
/// <param name="NextAt">When it fires next, or looks whether something happened; null when it does not.</param>
/// <param name="Problem">Why the last look failed; null when it did not.</param>
internal sealed record ScheduleWire(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("isEnabled")] bool IsEnabled,
    [property: JsonPropertyName("provisioningState")] string ProvisioningState,
    [property: JsonPropertyName("act")] string Act,
    [property: JsonPropertyName("nextAt")] DateTimeOffset? NextAt,
    [property: JsonPropertyName("problem")] string? Problem,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt,
    [property: JsonPropertyName("createdBy")] string CreatedBy,
    [property: JsonPropertyName("definition")] JsonObject Definition)
{
    public static ScheduleWire Of(Schedule schedule) => new(
        schedule.Name, schedule.IsEnabled, "Succeeded", schedule.Act, schedule.NextAt?.ToTime(), schedule.Problem, schedule.CreatedAt.ToTime(),
        schedule.UpdatedAt.ToTime(), schedule.Principal, schedule.ReadDefinition());
}

/// <summary>One occurrence of a schedule on the wire.</summary>
/// <param name="TriggerTime">The time that it is for.</param>
/// <param name="State">waiting, fired, skipped or failed.</param>
/// <param name="Reason">Why it was skipped or failed.</param>
/// <param name="Why">What happened that made it fire.</param>
/// <param name="Facts">What the job could know of that: <c>${{trigger.x}}</c>.</param>
internal sealed record FiringWire(
    [property: JsonPropertyName("triggerTime")] DateTimeOffset TriggerTime,
    [property: JsonPropertyName("cause")] string Cause,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("job")] string? Job,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("why")] string Why,
    [property: JsonPropertyName("facts")] IReadOnlyDictionary<string, string> Facts,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt)
{
    public static FiringWire Of(Firing firing) => new(
        firing.TriggerAt.ToTime(), firing.Cause, firing.State, firing.Job, firing.Reason, firing.Why,
        firing.ReadFacts(), firing.CreatedAt.ToTime(), firing.EndedAt?.ToTime());
}
