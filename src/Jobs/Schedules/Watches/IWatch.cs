using System.Data.Common;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>What a schedule waits for, by the type of its trigger. It is found by looking at the records; news only hasten the look.</summary>
internal interface IWatch : IPolicy
{
    /// <summary>What news of it are about ("data:flights").</summary>
    string TargetOf(JsonObject trigger);

    /// <summary>How long it may take until what no news told of is noticed; null: nothing is to be looked at.</summary>
    TimeSpan? PeriodOf(JsonObject trigger);

    /// <summary>Refuses what can never happen. Otherwise facts as they may be, to check the job with.</summary>
    Task<IReadOnlyDictionary<string, string>> CheckAsync(Caller caller, JsonObject trigger, CancellationToken ct);

    /// <summary>What is there already when the schedule begins, and does not count.</summary>
    Task<Seen> BeginAsync(Schedule schedule, CancellationToken ct);

    /// <summary>What happened since the last look, and perhaps some of what was seen then.</summary>
    Task<Seen> LookAsync(Schedule schedule, CancellationToken ct);

    /// <summary>The facts when it is fired by hand, with those that were given.</summary>
    Task<IReadOnlyDictionary<string, string>> ByHandAsync(
        Schedule schedule, IReadOnlyDictionary<string, string> given, CancellationToken ct);
}

/// <summary>What a look found.</summary>
internal sealed record Seen(IReadOnlyList<Sighting> Sightings)
{
    public static Seen Nothing { get; } = new([]);

    /// <summary>What the next look must know, written with the firings.</summary>
    public Func<DbTransaction, string, CancellationToken, Task> Remember { get; init; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Not null: the next look comes after so long.</summary>
    public TimeSpan? Again { get; init; }
}
