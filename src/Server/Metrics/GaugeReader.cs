using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel.Metrics;

namespace Slipway.Server.Metrics;

/// <summary>
/// Reads the modules' gauges from their records: at most every few seconds, however many ask, and without those that fail or take too
/// long, for a page of metrics is looked at when things go wrong.
/// </summary>
internal sealed partial class GaugeReader(IEnumerable<IGaugeSource> sources, Database database, TimeProvider time, ILogger<GaugeReader> logger) : IDisposable
{
    private const int LongestLabel = 200;
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private IReadOnlyList<GaugeReading> _last = [];
    private DateTimeOffset? _readAt;

    public IReadOnlyList<GaugeName> Gauges { get; } = [.. sources.SelectMany(source => source.Gauges)];

    public async Task<ILookup<string, GaugeReading>> ReadAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_readAt is not { } at || time.GetUtcNow() - at >= s_fresh)
            {
                var all = new List<GaugeReading>();
                foreach (var source in sources)
                    all.AddRange(await TryAsync(source, ct));
                (_last, _readAt) = (all, time.GetUtcNow());
            }

            return _last.ToLookup(reading => reading.Gauge, StringComparer.Ordinal);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<IEnumerable<GaugeReading>> TryAsync(IGaugeSource source, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            return (await source.ReadAsync(patience.Token)).Select(Short);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // The page tells what it can.
            if (!database.IsAway(exception))
                Log.Failed(logger, exception, source.GetType().Name);
            return [];
        }
    }

    private static GaugeReading Short(GaugeReading reading) => reading.Labels.All(label => label.Value.Length <= LongestLabel)
        ? reading
        : reading with { Labels = [.. reading.Labels.Select(label => KeyValuePair.Create(label.Key, label.Value.Length <= LongestLabel ? label.Value : label.Value[..LongestLabel]))] };

    private static partial class Log
    {
        [LoggerMessage(10030, LogLevel.Warning, "Metrics: {Source} could not be read")]
        public static partial void Failed(ILogger logger, Exception exception, string source);
    }
}
