using System.Globalization;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>How much of what was answered a window can see.</summary>
internal sealed class Coverage(ICollectedData collected)
{
    /// <summary>A sentence, when answers were left out of what is collected; null: none were.</summary>
    public async Task<string?> TellAsync(Caller caller, MonitorDefinition monitor, TimeWindow window, CancellationToken ct)
    {
        if (monitor.Endpoint.Length == 0)
            return null;
        var counts = (await collected.CountAsync(caller, monitor.Endpoint, window, ct))
            .Where(count => monitor.Deployment is null || count.Deployment == monitor.Deployment).ToList();
        var (rows, sampled, opted) = (counts.Sum(count => count.Rows), counts.Sum(count => count.SampledOut), counts.Sum(count => count.OptedOut));
        var all = rows + sampled + opted;
        return all == rows ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"Of {all:N0} rows that were answered in the window, {rows:N0} ({100.0 * rows / all:0.#} %) were collected: sampling left out {sampled:N0}, and callers opted out of {opted:N0}.");
    }
}
