using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>Looks whether what schedules wait for has happened, and turns it into firings. Of several servers one writes what it saw.</summary>
internal sealed partial class DueWatches(
    Database database, ScheduleStore schedules, WorkQueue queue, Policies<IWatch> watches, TimeProvider time, ILogger<DueWatches> logger)
{
    private const int SchedulesAtOnce = 200;
    private const int Parallelism = 8;

    public async Task LookAsync(CancellationToken ct)
    {
        var due = await schedules.DueAsync(watching: true, time.UtcNow(), SchedulesAtOnce, ct);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct },
            async (schedule, token) => await TryAsync(schedule, token));
    }

    private async Task TryAsync(Schedule schedule, CancellationToken ct)
    {
        try
        {
            await LookAsync(schedule, ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One schedule must not keep the others from looking; the next look tries again.
            Log.Failed(logger, exception, schedule.Name);
        }
    }

    private async Task LookAsync(Schedule schedule, CancellationToken ct)
    {
        var watch = watches.Get("type of trigger", schedule.TriggerType);
        var begun = time.UtcNow();
        var (seen, problem) = await SeeAsync(schedule, watch, ct);
        var pause = seen.Again ?? watch.PeriodOf(schedule.TriggerFields())!.Value;
        var firings = seen.Sightings.Select(sighting => Firing.Of(schedule, watch.Name, sighting, time)).ToList();
        await database.WriteAsync(
            async (tx, token) =>
            {
                var next = time.UtcNow() + (long)pause.TotalMilliseconds;
                if (!await ScheduleStore.AdvanceAsync(tx, schedule, next, problem is null ? begun : schedule.WatchUntil, problem, token))
                    return;
                await seen.Remember(tx, schedule.Id, token);
                await FiringStore.AddAsync(tx, firings, token);
                if (firings.Count > 0)
                    await queue.EnqueueAsync(tx, schedule.Look(), token);
            },
            ct);
    }

    private async Task<(Seen Seen, string? Problem)> SeeAsync(Schedule schedule, IWatch watch, CancellationToken ct)
    {
        try
        {
            return (await watch.LookAsync(schedule, ct), null);
        }
        catch (SlipwayException refusal)
        {
            // A store that does not answer, or that is gone: the schedule tells it, and looks again.
            Log.Blind(logger, schedule.Name, refusal.Message);
            return (Seen.Nothing, refusal.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6046, LogLevel.Error, "The schedule {Schedule} could not look what happened")]
        public static partial void Failed(ILogger logger, Exception exception, string schedule);

        [LoggerMessage(6047, LogLevel.Warning, "The schedule {Schedule} could not look what happened: {Reason}")]
        public static partial void Blind(ILogger logger, string schedule, string reason);
    }
}
