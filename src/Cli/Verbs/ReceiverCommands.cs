using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway receiver: who is told of alerts.</summary>
internal static class ReceiverCommands
{
    private static readonly DeclaredKind s_kind = new("api/v1/receivers", "receiver", "receiver");
    private static readonly string[] s_columns = ["name", "channel", "target", "match", "escalatesTo"];

    public static Command Create() => new("receiver", "Receivers: who is told of which alerts, by e-mail, webhook or Alertmanager.")
    {
        s_kind.Declare(),
        s_kind.List("receivers", s_columns),
        s_kind.Show("Show a receiver."),
        Test(),
        s_kind.Delete("Delete a receiver; what waits for it is still sent."),
    };

    private static Command Test()
    {
        var name = s_kind.Name();
        return ApiVerb.Create("test", "Send a receiver a test message now; exit code 1 when it was not taken.", [name], async (client, parsed, style, ct) =>
        {
            var answer = (await client.PostAsync($"{s_kind.PathOf(parsed.GetValue(name)!)}/test", new JsonObject(), ct))!;
            Printer.Show(answer, style);
            return answer["delivered"]!.GetValue<bool>() ? 0 : 1;
        });
    }
}
