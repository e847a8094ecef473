using Microsoft.Extensions.Logging;
using Slipway.Data;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>Looks every second whether a schedule is to look; apart from the timer of those that go by time, since stores may be slow.</summary>
internal sealed class WatchTimer(DueWatches due, Database database, TimeProvider time, ILogger<WatchTimer> logger)
    : PeriodicWork("Looking for schedules that watch", TimeSpan.FromSeconds(1), database, time, logger)
{
    protected override Task RunAsync(int round, CancellationToken ct) => due.LookAsync(ct);
}
