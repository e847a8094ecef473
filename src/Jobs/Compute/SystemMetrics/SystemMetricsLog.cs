using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Compute.SystemMetrics;

/// <summary>How the use of a machine is measured, and where a point of it goes: its values by their keys, and its number.</summary>
internal sealed record TaskMeasure(SystemMetricsSettings Settings, Func<IReadOnlyDictionary<string, double>, long, CancellationToken, Task> Report);

/// <summary>Writes what a step's processes take of the machine into the step's run, as series like any others.</summary>
internal sealed partial class SystemMetricsLog(ITracking tracking, TimeProvider time, ILogger<SystemMetricsLog> logger)
{
    private static readonly Dictionary<string, string> s_none = [];
    private static readonly TimeSpan s_firstLook = TimeSpan.FromSeconds(1);

    /// <summary>Goes on until the token is cancelled or no process is left; never fails the step.</summary>
    /// <param name="session">The process that leads the step's session.</param>
    public async Task WatchAsync(Caller caller, string runId, int session, string folder, SystemMetricsSettings settings, CancellationToken ct)
    {
        try
        {
            var meter = new ProcessMeter(session, folder, time);

            // Of a short step something is known too.
            await Task.Delay(settings.Interval < s_firstLook ? settings.Interval : s_firstLook, time, ct);
            for (var step = 0L; ; step++)
            {
                if (await CollectAsync(meter, settings, ct) is not { } values)
                    return;
                await LogAsync(caller, runId, values, step, ct);
                await Task.Delay(settings.Interval, time, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The step has ended.
        }
        catch (Exception exception)
        {
            // The step counts more than what is told of it.
            Log.Failed(logger, exception, runId);
        }
    }

    /// <summary>Writes one point; never fails the step.</summary>
    public async Task ReportAsync(Caller caller, string runId, IReadOnlyDictionary<string, double> values, long step, CancellationToken ct)
    {
        try
        {
            await LogAsync(caller, runId, values, step, ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The step counts more than what is told of it.
            Log.Failed(logger, exception, runId);
        }
    }

    private async Task LogAsync(Caller caller, string runId, IReadOnlyDictionary<string, double> values, long step, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await tracking.LogAsync(caller, runId, [.. values.Select(value => new MetricPoint(value.Key, value.Value, step, now))], s_none, s_none, ct);
    }

    /// <summary>The mean of so many samples as a point has; null when the processes have ended.</summary>
    private async Task<Dictionary<string, double>?> CollectAsync(ProcessMeter meter, SystemMetricsSettings settings, CancellationToken ct)
    {
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var taken = 1; ; taken++)
        {
            if (meter.Sample() is not { } sample)
                return null;
            foreach (var (key, value) in sample)
                sums[key] = sums.GetValueOrDefault(key) + value;
            if (taken == settings.SamplesPerPoint)
                return sums.ToDictionary(sum => sum.Key, sum => sum.Value / taken, StringComparer.Ordinal);
            await Task.Delay(settings.Interval, time, ct);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6050, LogLevel.Warning, "The use of the machine by run {Run} is not measured any more")]
        public static partial void Failed(ILogger logger, Exception exception, string run);
    }
}
