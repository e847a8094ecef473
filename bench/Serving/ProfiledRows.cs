using Slipway.Serving.Contracts;

namespace Slipway.Bench.Serving;

/// <summary>What profiles cost at one row: the same model behind two endpoints of one server, one of which keeps none; in turns.</summary>
internal sealed class ProfiledRows(SpeedServer server, LoadProcess load, SpeedOptions options)
{
    public async Task MeasureAsync(CancellationToken ct)
    {
        await server.RegisterAsync("trees", TreeModel.Create(trees: 20, depth: 4), ct);
        await server.DeployAsync("profiled", "trees:1", DeploymentSettings.Default, ct);
        await server.DeployAsync("plain", "trees:1", DeploymentSettings.Default with { Collection = new CollectionPolicy { Profiles = false } }, ct);
        var (profiled, plain) = (await PlanAsync("profiled", ct), await PlanAsync("plain", ct));
        foreach (var plan in new[] { profiled, plain })
            await load.WarmAsync(plan, ct);
        var turns = new List<(Turn With, Turn Without)>();
        for (var turn = 0; turn < options.Turns; turn++)
        {
            // Whoever is first in a turn is second in the next.
            var first = await TurnAsync(turn % 2 == 0 ? profiled : plain, ct);
            var second = await TurnAsync(turn % 2 == 0 ? plain : profiled, ct);
            turns.Add(turn % 2 == 0 ? (first, second) : (second, first));
        }

        double Middle(Func<(Turn With, Turn Without), double> figure) => LoadProcess.Median(turns.Select(figure));
        LoadProcess.Say($"profiles, one row: {Middle(turn => turn.With.PerSecond):N0} requests/s, {Middle(turn => turn.With.PerSecond / turn.Without.PerSecond):P1} of the {Middle(turn => turn.Without.PerSecond):N0} without (wanted: 90 %)");
        LoadProcess.Say($"  processor time with the client's: {Middle(turn => turn.With.Micros):N1} us, without profiles {Middle(turn => turn.Without.Micros):N1}: {Middle(turn => turn.Without.Micros / turn.With.Micros):P1}; {Middle(turn => turn.With.Bytes):N0} bytes allocated, without {Middle(turn => turn.Without.Bytes):N0}");
    }

    private async Task<LoadPlan> PlanAsync(string endpoint, CancellationToken ct)
    {
        var plan = new LoadPlan("http", server.Url, server.File($"{endpoint}.http"), options.Connections, options.Seconds, 0);
        await File.WriteAllBytesAsync(plan.RequestFile, Requests.Json(1, $"/endpoints/{endpoint}/v2/models/trees/infer"), ct);
        return plan;
    }

    private async Task<Turn> TurnAsync(LoadPlan plan, CancellationToken ct)
    {
        var (allocated, processor) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime);
        var report = await load.RunAsync(plan, ct);
        return new Turn(
            report.PerSecond,
            (GC.GetTotalAllocatedBytes() - allocated) / (double)report.Requests,
            ((Environment.CpuUsage.TotalTime - processor).TotalSeconds + report.Processor) * 1e6 / report.Requests);
    }

    private sealed record Turn(double PerSecond, double Bytes, double Micros);
}
