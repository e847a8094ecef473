using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Bench.Serving;

/// <summary>A new version is loaded, gets the traffic, and the old one is deleted, while clients ask as fast as they are answered.</summary>
internal sealed class SwapUnderLoad(SpeedServer server, LoadProcess load, SpeedOptions options)
{
    private const double Seconds = 12;

    public async Task MeasureAsync(CancellationToken ct)
    {
        var model = TreeModel.Create(trees: 20, depth: 4);
        await server.RegisterAsync("swapped", model, ct);
        await server.RegisterAsync("swapped", model, ct);
        await server.DeployAsync("swap", "swapped:1", DeploymentSettings.Default, ct);
        var plan = new LoadPlan("http", server.Url, server.File("swap.http"), options.Connections, Seconds, 0);
        await File.WriteAllBytesAsync(plan.RequestFile, Requests.Json(1, "/endpoints/swap/v2/models/swapped/infer"), ct);
        await load.RunAsync(plan with { Seconds = 3 }, ct);
        var loading = load.RunAsync(plan, ct);
        await Task.Delay(TimeSpan.FromSeconds(Seconds / 2), ct);
        await server.Endpoints.DeployAsync(Caller.System, "swap", "green", "swapped:2", ct);
        await server.MoveAsync("swap", "green", ct);
        await server.Endpoints.DeleteDeploymentAsync(Caller.System, "swap", "blue", ct);
        var report = await loading;
        var (calm, worst) = (LoadProcess.Median(report.Windows[1..5]), report.Windows[5..9].Max());
        LoadProcess.Say($"swap under full load: {report.Failed} of {report.Requests:N0} failed; p99 of a second {calm:N0} us before, {worst:N0} us in the worst second around it ({worst / calm:N1} times)");
    }
}
