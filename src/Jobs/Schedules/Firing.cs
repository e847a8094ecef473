using System.Globalization;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Schedules.Watches;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

internal static class FiringState
{
    public const string Waiting = "waiting", Fired = "fired", Skipped = "skipped", Failed = "failed";
}

internal static class FiringCause
{
    public const string Schedule = "schedule", Manual = "manual", Backfill = "backfill";

    /// <summary>Whether somebody asked for it; what comes by itself heeds the schedule's concurrency.</summary>
    public static bool IsAsked(string cause) => cause is Manual or Backfill;
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

    public string Why { get; init; } = "";

    public string Facts { get; init; } = "{}";

    public string? Job { get; init; }

    public required long CreatedAt { get; init; }

    public long? EndedAt { get; init; }

    public IReadOnlyDictionary<string, string> ReadFacts() => JobsJson.ReadMap(Facts);

    /// <param name="cause">The type of the trigger.</param>
    public static Firing Of(Schedule schedule, string cause, Sighting seen, TimeProvider time)
    {
        var firing = New(schedule, cause, seen.At, time) with { Key = seen.Key, Why = seen.Why, Facts = JobsJson.Write(seen.Facts) };
        return seen.SkipReason is null
            ? firing
            : firing with { State = FiringState.Skipped, Reason = seen.SkipReason, EndedAt = firing.CreatedAt };
    }

    public static Firing New(Schedule schedule, string cause, DateTimeOffset at, TimeProvider time) => new()
    {
        Id = Ids.New(time),
        ScheduleId = schedule.Id,
        Workspace = schedule.Workspace,
        Key = string.Create(CultureInfo.InvariantCulture, $"at:{at.ToUnixTimeMilliseconds()}"),
        Cause = cause,
        TriggerAt = at.ToUnixTimeMilliseconds(),
        State = FiringState.Waiting,
        Why = cause == FiringCause.Backfill ? "A backfill asked for it." : "Its time came.",
        CreatedAt = time.UtcNow(),
    };
}
