using Slipway.Client;

namespace Slipway.Cli.Demo;

/// <summary>The metrics that the steps of a job logged.</summary>
internal static class RunMetrics
{
    public static async Task<IReadOnlyDictionary<string, double>> ReadAsync(SlipwayClient client, Job job, string step, CancellationToken ct)
    {
        var run = await client.GetAsync($"api/v1/runs/{job.Step(step).RunId}", ct);
        return run["metrics"]!.AsObject()
            .Where(metric => metric.Value is not null)
            .ToDictionary(metric => metric.Key, metric => metric.Value!.GetValue<double>());
    }
}
