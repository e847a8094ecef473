using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Verbs;

/// <summary>slipway backtest: the backtests that were begun, and what came out of them.</summary>
internal static class BacktestRunCommands
{
    public static Command Create() => new("backtest", "Backtests of monitors, retraining policies, alert rules and anomaly detectors.")
    {
        List(),
        ApiVerbOf("show", "Show a backtest with its report.", async (client, path, style, ct) => Printer.Show(await client.GetAsync(path, ct), style)),
        ApiVerbOf("cancel", "End a backtest; one that is over stays as it is.", async (client, path, style, ct) => Printer.Show(await client.PostAsync($"{path}/cancel", new JsonObject(), ct), style)),
        ApiVerbOf("delete", "Forget a backtest that is over, and its report.", (client, path, _, ct) => client.DeleteAsync(path, ct)),
    };

    private static Command List()
    {
        var most = new Option<int>("--max-results", "-r") { Description = "The most to list.", DefaultValueFactory = _ => 50 };
        return ApiVerb.Create("list", "List backtests, newest first. They are begun by monitor, retraining, alert-rule and anomaly backtest.", [most], async (client, parsed, style, ct) =>
        {
            var backtests = (await client.GetAsync($"{BacktestWait.Root}?limit={parsed.GetValue(most)}", ct))["backtests"]!.AsArray();
            Printer.List(backtests, ["id", "kind", "name", "state", "done", "total", "createdAt", "error"], style);
            return 0;
        });
    }

    private static Command ApiVerbOf(string verb, string description, Func<SlipwayClient, string, OutputStyle, CancellationToken, Task> act)
    {
        var id = new Argument<string>("id") { Description = "The backtest's id." };
        return ApiVerb.Create(verb, description, [id], async (client, parsed, style, ct) =>
        {
            await act(client, $"{BacktestWait.Root}/{Uri.EscapeDataString(parsed.GetValue(id)!)}", style, ct);
            return 0;
        });
    }
}
