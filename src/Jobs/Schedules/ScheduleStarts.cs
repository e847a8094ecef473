using Slipway.Jobs.Schedules.Watches;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>How a schedule begins, or begins again: when it fires or looks first, and what was there before and does not count.</summary>
internal sealed class ScheduleStarts(Policies<IWatch> watches, TimeProvider time)
{
    /// <summary>Refuses a trigger that can never fire. Otherwise a time and facts as they may be, to check what it starts with.</summary>
    public async Task<(DateTimeOffset Time, IReadOnlyDictionary<string, string> Facts)> CheckAsync(
        Caller caller, Schedule schedule, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return watches.Find(schedule.TriggerType) is { } watch
            ? (now, await watch.CheckAsync(caller, schedule.TriggerFields(), ct))
            : (schedule.ReadTrigger().First(now) ?? now, new Dictionary<string, string>());
    }

    public async Task<(Schedule Schedule, Seen Before)> BeginAsync(Schedule schedule, bool isNew, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (watches.Find(schedule.TriggerType) is not { } watch)
        {
            var first = isNew ? schedule.ReadTrigger().First(now) : schedule.ReadTrigger().Next(now);
            return (schedule with { Watches = null, NextAt = schedule.IsEnabled ? first?.ToUnixTimeMilliseconds() : null }, Seen.Nothing);
        }

        var next = now + watch.PeriodOf(schedule.TriggerFields());
        var begun = schedule with
        {
            Watches = watch.TargetOf(schedule.TriggerFields()),
            WatchFrom = now.ToUnixTimeMilliseconds(),
            WatchUntil = now.ToUnixTimeMilliseconds(),
            NextAt = schedule.IsEnabled ? next?.ToUnixTimeMilliseconds() : null,
        };
        return (begun, begun.IsEnabled ? await watch.BeginAsync(begun, ct) : Seen.Nothing);
    }
}
