using System.Globalization;
using Slipway.Client;

namespace Slipway.Cli.Demo;

/// <summary>
/// Serves a week with the champion of the registry. The first version takes all traffic at once; a later one begins as
/// a canary with a tenth of it, and takes all when its answers hold.
/// </summary>
internal sealed class DemoRelease(SlipwayClient client, Traffic traffic, Action<string> doing)
{
    private const int CanaryPercent = 10;

    // The canary is watched over this part of the week's requests.
    private const double CanaryShare = 0.2;

    /// <summary>Sends all flights of the week; returns the version that had the traffic at the end.</summary>
    public async Task<int> ServeAsync(int week, IReadOnlyList<Flight> flights, CancellationToken ct)
    {
        var champion = (await client.Models.FindAsync(DemoPlayer.Model, "champion", ct))!.Version;
        var endpoint = (await client.Endpoints.FindAsync(DemoPlayer.Endpoint, ct))!;
        var wanted = Name(champion);
        var live = endpoint.Traffic.Where(split => split.Value > 0 && split.Key != wanted).Select(split => split.Key).FirstOrDefault();
        if (endpoint.Deployments.All(deployment => deployment.Name != wanted))
            await client.Endpoints.DeployAsync(DemoPlayer.Endpoint, wanted, $"{DemoPlayer.Model}:{champion}", ct);

        var from = 0;
        var batches = Traffic.Batches(flights.Count);
        if (live is not null)
        {
            from = (int)(batches * CanaryShare);
            if (!await CanaryHoldsAsync(week, flights, wanted, live, from, ct))
            {
                await traffic.SendAsync(week, flights, from, batches, ct);
                return int.Parse(live[1..], CultureInfo.InvariantCulture);
            }
        }
        else
        {
            await client.Endpoints.SetTrafficAsync(
                DemoPlayer.Endpoint, new Dictionary<string, int> { [wanted] = 100 }, $"version {champion} is the champion", ct);

            // A demo that was killed at the end of a canary left the old deployment behind.
            foreach (var idle in endpoint.Deployments.Where(deployment => deployment.Name != wanted))
                await client.Endpoints.DeleteDeploymentAsync(DemoPlayer.Endpoint, idle.Name, ct);
        }

        doing($"scoring {flights.Count:N0} flights over HTTP");
        await traffic.SendAsync(week, flights, from, batches, ct);
        return champion;
    }

    private async Task<bool> CanaryHoldsAsync(
        int week, IReadOnlyList<Flight> flights, string wanted, string live, int untilBatch, CancellationToken ct)
    {
        doing($"canary: {wanted} takes {CanaryPercent} % of the traffic");
        await client.Endpoints.SetTrafficAsync(
            DemoPlayer.Endpoint,
            new Dictionary<string, int> { [live] = 100 - CanaryPercent, [wanted] = CanaryPercent },
            $"canary of week {week}: {wanted} beside {live}",
            ct);
        await traffic.SendAsync(week, flights, 0, untilBatch, ct);

        var stats = await client.Endpoints.StatsAsync(DemoPlayer.Endpoint, wanted, ct);
        var holds = stats is { Errors: 0, Rows: > 0 };
        var winner = holds ? wanted : live;
        await client.Endpoints.SetTrafficAsync(
            DemoPlayer.Endpoint,
            new Dictionary<string, int> { [winner] = 100 },
            holds
                ? $"canary held: {stats!.Rows} rows in {stats.Requests} requests without an error"
                : $"canary failed: {stats?.Errors} errors in {stats?.Requests} requests; back to {live}",
            ct);
        await client.Endpoints.DeleteDeploymentAsync(DemoPlayer.Endpoint, holds ? live : wanted, ct);
        return holds;
    }

    private static string Name(int version) => string.Create(CultureInfo.InvariantCulture, $"v{version}");
}
