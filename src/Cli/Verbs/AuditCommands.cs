using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway audit: who changed what, and who was refused.</summary>
internal static class AuditCommands
{
    private static readonly string[] s_columns = ["time", "principal", "action", "target", "allowed", "detail"];

    public static Command Create() => new("audit", "The audit: who changed what, and who was refused.") { List() };

    private static Command List()
    {
        var target = new Option<string?>("--target") { Description = "Only what was done to this: model:churn, secret:token, workspace:team." };
        var most = new Option<int>("--max-results", "-r") { Description = "The most to list, up to 1000.", DefaultValueFactory = _ => 100 };
        var before = new Option<long?>("--before") { Description = "Only entries before the one of this id, to read on." };
        return ApiVerb.Create("list", "List what was changed in the workspace and what was refused, newest first.", [target, most, before], async (client, parsed, style, ct) =>
        {
            var query = QueryText.Of(
                ("target", parsed.GetValue(target)), ("limit", parsed.GetValue(most).ToString(null, null)), ("before", parsed.GetValue(before)?.ToString(null, null)));
            Printer.List((await client.GetAsync("api/v1/audit" + query, ct))["entries"]!.AsArray(), s_columns, style);
            return 0;
        });
    }
}
