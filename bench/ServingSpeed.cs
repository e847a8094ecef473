using System.CommandLine;
using Slipway.Bench.Serving;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Bench;

/// <summary>What serving costs beyond what it cannot do without, each part against its floor in the same run.</summary>
internal static class ServingSpeed
{
    private static readonly string[] s_parts = ["one-row", "profiles", "batch", "swap", "python", "many"];

    public static Command Command()
    {
        var parts = new Option<string[]>("--part") { DefaultValueFactory = _ => s_parts, AllowMultipleArgumentsPerToken = true, Description = $"Of {string.Join(", ", s_parts)}. Default: all." };
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 5, Description = "How often floor and server take turns." };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 2, Description = "Of one turn." };
        var connections = new Option<int>("--connections") { DefaultValueFactory = _ => 8 };
        var soak = new Option<long>("--soak") { Description = "One-row requests, after each tenth of which the memory is told. Default: none." };
        var command = new Command("serving-speed", "An endpoint against the thinnest server, the bare loop and the workers alone.") { parts, turns, seconds, connections, soak };
        command.SetAction((parsed, ct) => MeasureAsync(
            parsed.GetValue(parts)!, new SpeedOptions(parsed.GetValue(turns), parsed.GetValue(seconds), parsed.GetValue(connections)), parsed.GetValue(soak), ct));
        return command;
    }

    private static async Task MeasureAsync(string[] parts, SpeedOptions options, long soak, CancellationToken ct)
    {
        using var load = new LoadProcess();
        foreach (var part in parts)
        {
            await using var server = await SpeedServer.StartAsync(ct);
            await (part switch
            {
                "one-row" => OneRowAsync(server, load, options, soak, ct),
                "profiles" => new ProfiledRows(server, load, options).MeasureAsync(ct),
                "batch" => new FullBatches(server, load, options).MeasureAsync(ct),
                "swap" => new SwapUnderLoad(server, load, options).MeasureAsync(ct),
                "python" => new PythonWorkers(server, load, options).MeasureAsync(ct),
                "many" => new ManyModels(server).MeasureAsync(ct),
                _ => throw SlipwayException.Invalid($"There is no part '{part}'. There are: {string.Join(", ", s_parts)}."),
            });
        }
    }

    private static async Task OneRowAsync(SpeedServer server, LoadProcess load, SpeedOptions options, long soak, CancellationToken ct)
    {
        var model = TreeModel.Create(trees: 20, depth: 4);
        await server.RegisterAsync("trees", model, ct);
        await server.DeployAsync("bench", "trees:1", DeploymentSettings.Default, ct);
        await using var thin = await ThinServer.StartAsync(model, ct);
        var measure = new OneRow(server, thin, load, options);
        await measure.MeasureAsync(ct);
        if (soak > 0)
            await measure.SoakAsync(soak, ct);
    }
}
