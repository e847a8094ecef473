using System.Text.Json.Nodes;
using Slipway.Jobs.Schedules.Times;

namespace Slipway.Jobs.Contracts;

/// <summary>The times of a trigger, for what asks for them by itself: the same as those at which a schedule fires.</summary>
public static class TriggerTimes
{
    /// <summary>The first after an instant; null when there is none.</summary>
    /// <param name="trigger">Of type recurrence or cron, checked.</param>
    /// <param name="after">Intervals that say no start are counted from it.</param>
    public static DateTimeOffset? Next(JsonObject trigger, DateTimeOffset after) => Trigger.Parse(trigger, after).Next(after);
}
