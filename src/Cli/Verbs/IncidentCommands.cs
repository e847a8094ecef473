using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway incident: alerts that people deal with as one thing.</summary>
internal static class IncidentCommands
{
    private const string Root = "api/v1/incidents";
    private static readonly string[] s_columns = ["id", "status", "severity", "owner", "openedAt", "resolvedAt", "title"];
    private static readonly string[] s_timeline = ["at", "act", "principal", "text"];

    public static Command Create() => new("incident", "Incidents: alerts that people deal with as one thing, with a timeline, an owner and notes.")
    {
        List(),
        Show(),
        Act("ack", "acknowledge", "Acknowledge an incident with all its alerts; whoever does owns it unless somebody does already.", "--note", "text", isRequired: false),
        Act("assign", "assign", "Say who owns an incident.", "--owner", "owner", isRequired: true),
        Act("note", "notes", "Add a note to the timeline.", "--text", "text", isRequired: true),
        Act("resolve", "resolve", "Resolve an incident with all its alerts.", "--note", "text", isRequired: false),
        Statistics(),
    };

    private static Command List()
    {
        var status = new Option<string?>("--status") { Description = "open (all that are not resolved), acknowledged or resolved. Default: all." };
        var most = new Option<int>("--max-results", "-r") { Description = "The most to list.", DefaultValueFactory = _ => 100 };
        return ApiVerb.Create("list", "List incidents, newest first.", [status, most], async (client, parsed, style, ct) =>
        {
            var query = QueryText.Of(("limit", parsed.GetValue(most).ToString(null, null)), ("status", parsed.GetValue(status)));
            Printer.List((await client.GetAsync(Root + query, ct))["incidents"]!.AsArray(), s_columns, style);
            return 0;
        });
    }

    private static Command Show()
    {
        var id = Id();
        return ApiVerb.Create("show", "Show an incident with its timeline.", [id], async (client, parsed, style, ct) =>
        {
            ShowWhole(await client.GetAsync(PathOf(parsed.GetValue(id)!), ct), style);
            return 0;
        });
    }

    private static Command Act(string verb, string path, string description, string option, string field, bool isRequired)
    {
        var id = Id();
        var words = new Option<string?>(option) { Description = field == "owner" ? "Who." : "What is to be kept in the timeline.", Required = isRequired };
        return ApiVerb.Create(verb, description, [id, words], async (client, parsed, style, ct) =>
        {
            var body = new JsonObject { [field] = parsed.GetValue(words) };
            ShowWhole((await client.PostAsync($"{PathOf(parsed.GetValue(id)!)}/{path}", body, ct))!, style);
            return 0;
        });
    }

    private static Command Statistics()
    {
        var from = new Option<DateTimeOffset?>("--from") { Description = "Incidents that were opened from this time on." };
        var to = new Option<DateTimeOffset?>("--to") { Description = "And before this one." };
        return ApiVerb.Create("statistics", "Tell how many there were, and the mean time to acknowledge and to resolve.", [from, to], async (client, parsed, style, ct) =>
        {
            var query = QueryText.Of(("from", parsed.GetValue(from)?.ToString("O")), ("to", parsed.GetValue(to)?.ToString("O")));
            Printer.Show(await client.GetAsync($"{Root}/statistics{query}", ct), style);
            return 0;
        });
    }

    private static void ShowWhole(JsonNode found, OutputStyle style)
    {
        if (style.Query is not null || style.Format is not OutputFormat.Table)
        {
            Printer.Show(found, style);
            return;
        }

        Printer.Show(found["incident"], style);
        Printer.List(found["timeline"]!.AsArray(), s_timeline, style);
    }

    private static string PathOf(string id) => $"{Root}/{Uri.EscapeDataString(id)}";

    private static Argument<string> Id() => new("id") { Description = "The incident's id." };
}
