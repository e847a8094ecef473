using System.Net;
using System.Text.Json.Nodes;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>Begins a backtest and waits for its end; how far it is goes to stderr. Who interrupts it cancels it.</summary>
internal static class BacktestWait
{
    public const string Root = "api/v1/backtests";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <returns>The report.</returns>
    public static async Task<JsonNode> RunAsync(SlipwayClient client, string path, JsonNode body, OutputStyle style, CancellationToken ct)
    {
        var run = (await client.PostAsync(path, body, ct))!;
        var id = (string)run["id"]!;
        try
        {
            for (var told = ""; (string)run["state"]! is "Queued" or "Running";)
            {
                run = await client.GetAsync($"{Root}/{id}?after={run["done"]}&wait=20", ct);
                if ((string)run["state"]! == "Running" && (int)run["total"]! > 0 && Progress(run) is var progress && progress != told)
                    await style.Error.WriteLineAsync(told = progress);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            using var patience = new CancellationTokenSource(s_patience);
            await client.PostAsync($"{Root}/{id}/cancel", new JsonObject(), patience.Token);
            throw;
        }

        return (string)run["state"]! switch
        {
            "Completed" => run["report"]!,
            "Failed" => throw new SlipwayApiException(
                (string?)run["errorCode"] == nameof(ErrorCode.InvalidParameter) ? HttpStatusCode.BadRequest : HttpStatusCode.Conflict, (string?)run["errorCode"], (string)run["error"]!),
            _ => throw SlipwayException.Conflict($"Backtest '{id}' was canceled."),
        };
    }

    private static string Progress(JsonNode run) => $"{run["done"]} of {run["total"]}: {run["told"]}";
}
