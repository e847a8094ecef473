using System.Globalization;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>
/// Turns time into firings. The row of a schedule says when it fires next; who moves that on writes the firing in the same
/// transaction, so that of several servers one fires each occurrence.
/// </summary>
internal sealed partial class DueSchedules(
    Database database, ScheduleStore schedules, WorkQueue queue, TimeProvider time, ILogger<DueSchedules> logger)
{
    private const int SchedulesAtOnce = 200;
    private const int MostAtOnce = 1000;

    // What is noticed later than this was missed: no server was running.
    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    public async Task FireAsync(CancellationToken ct)
    {
        foreach (var schedule in await schedules.DueAsync(watching: false, time.UtcNow(), SchedulesAtOnce, ct))
        {
            try
            {
                await FireAsync(schedule, ct);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // One schedule must not keep the others from firing; the next look tries again.
                Log.Failed(logger, exception, schedule.Name);
            }
        }
    }

    private async Task FireAsync(Schedule schedule, CancellationToken ct)
    {
        var trigger = schedule.ReadTrigger();
        var now = time.GetUtcNow();
        var misfire = (string?)schedule.ReadDefinition()["misfire"] ?? "once";
        var due = new List<DateTimeOffset>();
        DateTimeOffset? next = schedule.NextAt!.Value.ToTime();
        while (next is { } at && at <= now && (due.Count < MostAtOnce || misfire != "all"))
        {
            due.Add(at);
            next = trigger.Next(at);
        }

        var firings = Choose(schedule, due, misfire, now);
        await database.WriteAsync(
            async (tx, token) =>
            {
                if (!await ScheduleStore.AdvanceAsync(tx, schedule, next?.ToUnixTimeMilliseconds(), token))
                    return;
                await FiringStore.AddAsync(tx, firings, token);
                await queue.EnqueueAsync(tx, schedule.Look(), token);
            },
            ct);
    }

    private List<Firing> Choose(Schedule schedule, List<DateTimeOffset> due, string misfire, DateTimeOffset now)
    {
        var missed = due.Count(at => now - at > s_grace);
        var (left, runs) = misfire switch
        {
            "all" => (0, due),
            "once" when missed == due.Count => (missed - 1, due[^1..]),
            _ => (missed, due[missed..]),
        };
        var firings = runs.Select(at => Firing.New(schedule, FiringCause.Schedule, at, time)).ToList();
        if (left > 0)
            firings.Insert(0, Missed(schedule, due, left, misfire));
        return firings;
    }

    /// <summary>One row tells of all that were left out: a schedule of minutes may have missed thousands.</summary>
    private Firing Missed(Schedule schedule, List<DateTimeOffset> due, int count, string misfire) =>
        Firing.New(schedule, FiringCause.Schedule, due[0], time) with
        {
            State = FiringState.Skipped,
            EndedAt = time.UtcNow(),
            Reason = count == 1
                ? $"It was missed, because no server was running; misfire is {misfire}."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{count} occurrences up to {due[count - 1]:yyyy-MM-dd'T'HH:mm:ss'Z'} were missed, because no server was running; misfire is {misfire}."),
        };

    private static partial class Log
    {
        [LoggerMessage(6040, LogLevel.Error, "The schedule {Schedule} could not fire")]
        public static partial void Failed(ILogger logger, Exception exception, string schedule);
    }
}
