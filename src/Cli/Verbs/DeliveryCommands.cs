using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway delivery: messages and webhooks that this server sent, or could not.</summary>
internal static class DeliveryCommands
{
    private const string Root = "api/v1/deliveries";
    private static readonly string[] s_columns = ["id", "subject", "url", "state", "attempts", "status", "error", "created"];

    public static Command Create() => new("delivery", "Deliveries: e-mails, alerts and webhooks that were sent, or could not be.") { List(), Resend() };

    private static Command List()
    {
        var state = new Option<string>("--state") { Description = "dead, waiting or delivered.", DefaultValueFactory = _ => "dead" };
        var most = new Option<int>("--max-results", "-r") { Description = "The most to list.", DefaultValueFactory = _ => 100 };
        return ApiVerb.Create("list", "List deliveries, newest first: those that were given up, unless others are asked for.", [state, most], async (client, parsed, style, ct) =>
        {
            var query = QueryText.Of(("state", parsed.GetValue(state)), ("limit", parsed.GetValue(most).ToString(null, null)));
            Printer.List((await client.GetAsync(Root + query, ct))["deliveries"]!.AsArray(), s_columns, style);
            return 0;
        });
    }

    private static Command Resend()
    {
        var id = new Argument<string>("id") { Description = "The delivery's id." };
        return ApiVerb.Create("resend", "Start over with a delivery that was given up.", [id], async (client, parsed, style, ct) =>
        {
            Printer.Show(await client.PostAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(id)!)}/resend", new JsonObject(), ct), style);
            return 0;
        });
    }
}
