using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Notifications;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>Keeps what this process's deployments did since its last look; those that did nothing leave no row.</summary>
internal sealed class DeploymentSampler(
    IDeploymentCounts counts, SampleStore samples, IOptions<AlertOptions> options, Database database, TimeProvider time, ILogger<DeploymentSampler> logger)
    : PeriodicWork("Keeping the counters of deployments", TimeSpan.FromSeconds(options.Value.EverySeconds), database, time, logger)
{
    private const int LooksBetweenPurges = 240;

    private Dictionary<string, DeploymentCounts> _last = new(StringComparer.Ordinal);

    public async Task LookAsync(CancellationToken ct)
    {
        var now = counts.Read().ToDictionary(count => count.Loading, StringComparer.Ordinal);
        var added = now.Values
            .Where(count => count.Requests + count.Dropped != (_last.GetValueOrDefault(count.Loading) is { } last ? last.Requests + last.Dropped : 0))
            .Select(count => DeploymentSample.Of(count, _last.GetValueOrDefault(count.Loading), Time.UtcNow()))
            .ToList();
        if (added.Count > 0)
            await samples.AddAsync(added, ct);
        _last = now;
    }

    // While the database is away what was counted is kept: the next look adds it.
    protected override async Task RunAsync(int round, CancellationToken ct)
    {
        await LookAsync(ct);
        if (round % LooksBetweenPurges == 0)
            await samples.DeleteAsync(Time.UtcNow() - (options.Value.KeepSamplesDays * 86_400_000L), ct);
    }
}
