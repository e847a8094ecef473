using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

internal static class FiringState
{
    public const string Waiting = "waiting", Fired = "fired", Skipped = "skipped", Failed = "failed";
}

internal static class FiringCause
{
    public const string Schedule = "schedule", Manual = "manual", Backfill = "backfill";
}

/// <summary>A row of table job_firings: one occurrence of a schedule, and what became of it.</summary>
internal sealed record Firing
{
    public required string Id { get; init; }

    public required string ScheduleId { get; init; }

    public required string Workspace { get; init; }

    public required string Key { get; init; }

    public required string Cause { get; init; }

    public required long TriggerAt { get; init; }

    public int MostOpen { get; init; }

    public required string State { get; init; }

    public string? Reason { get; init; }

    public string? Job { get; init; }

    public required long CreatedAt { get; init; }

    public long? EndedAt { get; init; }

    public static Firing New(Schedule schedule, string cause, DateTimeOffset at, TimeProvider time) => new()
    {
        Id = Ids.New(time),
        ScheduleId = schedule.Id,
        Workspace = schedule.Workspace,
        Key = string.Create(CultureInfo.InvariantCulture, $"at:{at.ToUnixTimeMilliseconds()}"),
        Cause = cause,
        TriggerAt = at.ToUnixTimeMilliseconds(),
        State = FiringState.Waiting,
        CreatedAt = time.UtcNow(),
    };
}
