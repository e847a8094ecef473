using Slipway.Client;

namespace Slipway.Http.Client;

/// <summary>The blocks of the client's documents, to be compiled; but for the line that makes the client.</summary>
internal static class GuideBlocks
{
    public static async Task GuideAsync(SlipwayClient client)
    {
        // docs/guides/dotnet-client.md
        await using var run = await client.StartRunAsync("delays", new RunOptions { Name = "first" });
        await run.LogParamAsync("learning_rate", 0.5);
        await run.LogMetricAsync("loss", 0.31, step: 1);
        await run.LogInputAsync(new DatasetInput("flights", "9c2f", "data:flights:3") { Context = "training" });
        await run.Artifacts.LogAsync("plots/");                                     // a file, a folder or a stream

        var model = await run.Models.LogAsync("model/", "delays");
        var version = await run.Models.RegisterAsync(model, "delays");
        await client.Models.SetAliasAsync("delays", "champion", version, "best so far");

        await run.FlushAsync();                                                     // what is searched for has arrived
        await foreach (var best in client.Runs.SearchAsync(["delays"], "metrics.loss < 0.4", "metrics.loss ASC"))
            Console.WriteLine($"{best.Name}: {best.Metrics["loss"]}");
    }

    public static async Task PackageAsync(SlipwayClient client)
    {
        // src/Client/README.md
        await using var run = await client.StartRunAsync("delays", new RunOptions { Name = "first" });
        await run.LogParamAsync("learning_rate", 0.5);
        await run.LogMetricAsync("loss", 0.31, step: 1);
        await run.Artifacts.LogAsync("plots/");                                   // a file, a folder or a stream

        await run.FlushAsync();                                                   // what is searched for has arrived
        await foreach (var best in client.Runs.SearchAsync(["delays"], "metrics.loss < 0.4", "metrics.loss ASC"))
            Console.WriteLine($"{best.Name}: {best.Metrics["loss"]}");
    }
}
