using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway receiver: who is told of alerts.</summary>
internal static class ReceiverCommands
{
    private const string Root = "api/v1/receivers";
    private static readonly string[] s_columns = ["name", "channel", "target", "match", "escalatesTo"];

    public static Command Create() => new("receiver", "Receivers: who is told of which alerts, by e-mail, webhook or Alertmanager.")
    {
        Declare(),
        ApiVerb.Create("list", "List receivers.", [], async (client, _, style, ct) =>
        {
            Printer.List((await client.GetAsync(Root, ct))["receivers"]!.AsArray(), s_columns, style);
            return 0;
        }),
        Show(),
        Test(),
        Delete(),
    };

    private static Command Declare()
    {
        var file = DefinitionOptions.File("the receiver (type: receiver)");
        return ApiVerb.Create("create", "Declare a receiver; one of the same name is replaced.", [file], async (client, parsed, style, ct) =>
        {
            using var body = new StringContent(await AlertRuleCommands.ReadAsync(parsed.GetValue(file)!, "receiver", ct), Encoding.UTF8, "application/yaml");
            Printer.Show(await client.PostAsync(Root, body, ct), style);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show a receiver.", [name], async (client, parsed, style, ct) =>
        {
            Printer.Show(await client.GetAsync(PathOf(parsed.GetValue(name)!), ct), style);
            return 0;
        });
    }

    private static Command Test()
    {
        var name = Name();
        return ApiVerb.Create("test", "Send a receiver a test message now; exit code 1 when it was not taken.", [name], async (client, parsed, style, ct) =>
        {
            var answer = (await client.PostAsync($"{PathOf(parsed.GetValue(name)!)}/test", new JsonObject(), ct))!;
            Printer.Show(answer, style);
            return answer["delivered"]!.GetValue<bool>() ? 0 : 1;
        });
    }

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create("delete", "Delete a receiver; what waits for it is still sent.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(PathOf(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static string PathOf(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

    private static Option<string> Name() => new("--name", "-n") { Description = "The receiver's name.", Required = true };
}
