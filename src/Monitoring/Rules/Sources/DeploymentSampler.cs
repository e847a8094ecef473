using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Kernel;
using Slipway.Monitoring.Notifications;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>Keeps what this process's deployments did since its last look; those that did nothing leave no row.</summary>
internal sealed partial class DeploymentSampler(
    IDeploymentCounts counts, SampleStore samples, IOptions<AlertOptions> options, TimeProvider time, ILogger<DeploymentSampler> logger) : BackgroundService
{
    private const int LooksBetweenPurges = 240;

    private Dictionary<string, DeploymentCounts> _last = new(StringComparer.Ordinal);

    public async Task LookAsync(CancellationToken ct)
    {
        var now = counts.Read().ToDictionary(count => count.Loading, StringComparer.Ordinal);
        var added = now.Values
            .Where(count => count.Requests + count.Dropped != (_last.GetValueOrDefault(count.Loading) is { } last ? last.Requests + last.Dropped : 0))
            .Select(count => DeploymentSample.Of(count, _last.GetValueOrDefault(count.Loading), time.UtcNow()))
            .ToList();
        if (added.Count > 0)
            await samples.AddAsync(added, ct);
        _last = now;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.EverySeconds), time);
        for (var look = 0; await timer.WaitForNextTickAsync(stoppingToken); look++)
        {
            try
            {
                await LookAsync(stoppingToken);
                if (look % LooksBetweenPurges == 0)
                    await samples.DeleteAsync(time.UtcNow() - (options.Value.KeepSamplesDays * 86_400_000L), stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may come back; what was counted meanwhile is kept at the next look.
                Log.Failed(logger, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(9030, LogLevel.Error, "The counters of deployments could not be kept; they are kept at the next look")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
