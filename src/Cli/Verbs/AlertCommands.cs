using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway alert: what fires, and what people do about it.</summary>
internal static class AlertCommands
{
    private const string Root = "api/v1/alerts";
    private static readonly string[] s_columns = ["id", "status", "severity", "rule", "firedAt", "acknowledgedBy", "message"];
    private static readonly string[] s_messages = ["sentAt", "receiver", "status", "state", "attempts", "error"];

    public static Command Create() => new("alert", "Alerts: what rules and monitors found wrong.")
    {
        List(),
        Show(),
        Acknowledge(),
        OfOne("resolve", "Resolve an alert by hand; it comes back only once its condition has ended and holds again.", "resolve"),
    };

    private static Command List()
    {
        var status = new Option<string?>("--status") { Description = "open (all that are not resolved), pending, firing or resolved. Default: all." };
        var monitor = new Option<string?>("--monitor") { Description = "Of this monitor." };
        var rule = new Option<string?>("--rule") { Description = "Of this rule." };
        var most = new Option<int>("--max-results", "-r") { Description = "The most to list.", DefaultValueFactory = _ => 100 };
        return ApiVerb.Create("list", "List alerts, newest first.", [status, monitor, rule, most], async (client, parsed, style, ct) =>
        {
            var query = QueryText.Of(
                ("limit", parsed.GetValue(most).ToString(null, null)), ("status", parsed.GetValue(status)), ("monitor", parsed.GetValue(monitor)), ("rule", parsed.GetValue(rule)));
            Printer.List((await client.GetAsync(Root + query, ct))["alerts"]!.AsArray(), s_columns, style);
            return 0;
        });
    }

    private static Command Show()
    {
        var id = Id();
        return ApiVerb.Create("show", "Show an alert, and what became of the messages that told of it.", [id], async (client, parsed, style, ct) =>
        {
            var found = await client.GetAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(id)!)}", ct);
            if (style.Query is not null || style.Format is not OutputFormat.Table)
            {
                Printer.Show(found, style);
                return 0;
            }

            Printer.Show(found["alert"], style);
            Printer.List(found["messages"]!.AsArray(), s_messages, style);
            return 0;
        });
    }

    private static Command Acknowledge()
    {
        var id = Id();
        var note = new Option<string?>("--note") { Description = "Kept in the timeline of its incident." };
        return ApiVerb.Create("ack", "Acknowledge an alert: nobody is reminded of it, and nothing is escalated.", [id, note], async (client, parsed, style, ct) =>
        {
            var body = new JsonObject { ["note"] = parsed.GetValue(note) };
            Printer.Show(await client.PostAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(id)!)}/acknowledge", body, ct), style);
            return 0;
        });
    }

    private static Command OfOne(string verb, string description, string path)
    {
        var id = Id();
        return ApiVerb.Create(verb, description, [id], async (client, parsed, style, ct) =>
        {
            Printer.Show(await client.PostAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(id)!)}/{path}", new JsonObject(), ct), style);
            return 0;
        });
    }

    private static Argument<string> Id() => new("id") { Description = "The alert's id." };
}
