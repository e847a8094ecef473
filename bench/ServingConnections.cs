using System.CommandLine;
using Slipway.Bench.Serving;
using Slipway.Serving.Contracts;

namespace Slipway.Bench;

/// <summary>What thousands of clients that only hold their connections cost those that ask: latency, and memory for each.</summary>
internal static class ServingConnections
{
    private const string Path = "/endpoints/bench/v2/models/trees/infer";

    public static Command Command()
    {
        var idle = new Option<int>("--idle") { DefaultValueFactory = _ => 9000, Description = "Connections without a request." };
        var slow = new Option<int>("--slow") { DefaultValueFactory = _ => 1000, Description = "Connections that send a byte of a request each second." };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 10 };
        var rate = new Option<double>("--rate") { DefaultValueFactory = _ => 2000, Description = "Requests per second over eight other connections." };
        var command = new Command("serving-connections", "Requests among thousands of idle and slow connections.") { idle, slow, seconds, rate };
        command.SetAction((parsed, ct) => MeasureAsync(parsed.GetValue(idle), parsed.GetValue(slow), parsed.GetValue(seconds), parsed.GetValue(rate), ct));
        return command;
    }

    private static async Task MeasureAsync(int idle, int slow, double seconds, double rate, CancellationToken ct)
    {
        await using var server = await SpeedServer.StartAsync(ct);
        await server.RegisterAsync("trees", TreeModel.Create(trees: 20, depth: 4), ct);
        await server.DeployAsync("bench", "trees:1", DeploymentSettings.Default, ct);
        var plan = new LoadPlan("http", server.Url, server.File("row.http"), 8, seconds, rate);
        await File.WriteAllBytesAsync(plan.RequestFile, Requests.Json(1, Path), ct);
        using var load = new LoadProcess();
        await load.RunAsync(plan, ct);

        Say("alone", await load.RunAsync(plan, ct));
        var before = ResidentMemory.Read().Bytes;
        using var held = HeldConnections.Start(server.Url, idle, slow);
        LoadProcess.Say($"{await held.OpenedAsync(ct)} connections opened; {(ResidentMemory.Read().Bytes - before) / 1024.0 / (idle + slow):N1} KiB of the server's memory for each");
        Say("among them", await load.RunAsync(plan, ct));
    }

    private static void Say(string when, LoadReport report) => LoadProcess.Say(
        $"{when}: {report.PerSecond:N0} requests/s, p50 {report.P50:N0} us, p99 {report.P99:N0} us, {report.Failed} failed");
}
