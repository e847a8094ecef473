using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway rollout: a new deployment gets the traffic of an old one, step by step, on evidence.</summary>
internal static class RolloutCommands
{
    private const int MostSilentLooks = 300;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    private static readonly string[] s_columns = ["name", "endpoint", "baseline", "candidate", "status", "step", "steps", "message"];

    public static Command Create() => new("rollout", "Rollouts: traffic that moves to a new deployment step by step, on evidence.")
    {
        Begin(),
        ApiVerb.Create("list", "List rollouts, newest first.", [], async (client, _, format, ct) =>
        {
            Printer.List((await client.GetAsync("api/v1/rollouts", ct))["rollouts"]!.AsArray(), s_columns, format);
            return 0;
        }),
        Show(),
        Watch(),
        Steer("approve", "Let a rollout that waits for it go on."),
        Steer("pause", "Leave a rollout where it stands."),
        Steer("resume", "Go on with a rollout that was paused; its step begins anew."),
        Steer("abort", "End a rollout and give the baseline all traffic."),
        Steer("evaluate", "Judge a running rollout now."),
    };

    private static Command Begin()
    {
        var file = new Option<string>("--file", "-f") { Description = "The rollout's YAML (type: rollout).", Required = true };
        return ApiVerb.Create("create", "Check a rollout and begin its first step.", [file], async (client, parsed, format, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
            var body = new JsonObject { ["definition"] = await File.ReadAllTextAsync(path, ct), ["source"] = Path.GetFileName(path) };
            Printer.Show((await client.PostAsync("api/v1/rollouts", body, ct))!, format);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show where a rollout stands, and every decision with its numbers.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync(Route(parsed.GetValue(name)!), ct), format);
            return 0;
        });
    }

    private static Command Watch()
    {
        var name = Name();
        return ApiVerb.Create("watch", "Follow a rollout until it is over or waits for a person; exit code 0 when it was completed.", [name], async (client, parsed, _, ct) =>
        {
            var (output, route) = (parsed.InvocationConfiguration.Output, Route(parsed.GetValue(name)!));
            var (told, message) = (0, "");
            for (var rollout = await client.GetAsync(route, ct); ; rollout = await LookAgainAsync(client, route, parsed.InvocationConfiguration.Error, ct))
            {
                var decisions = rollout["decisions"]!.AsArray();
                foreach (var decision in decisions.Skip(told))
                    await output.WriteLineAsync($"{decision!["decidedAt"]} {decision["verdict"]}: {decision["reason"]}");
                var now = rollout["message"]!.ToString();
                if (now != message && (decisions.Count == 0 || decisions[^1]!["reason"]!.ToString() != now))
                    await output.WriteLineAsync($"{rollout["updatedAt"]} {now}");
                (told, message) = (decisions.Count, now);
                if (rollout["status"]!.ToString() is var status and not "Running")
                    return status == "Completed" ? 0 : 1;
            }
        });
    }

    // A rollout goes on over a restart of its server, and so does who watches it.
    private static async Task<JsonNode> LookAgainAsync(SlipwayClient client, string route, TextWriter error, CancellationToken ct)
    {
        for (var silent = 0; ; silent++)
        {
            await Task.Delay(s_look, ct);
            try
            {
                return await client.GetAsync(route, ct);
            }
            catch (SlipwayApiException exception) when (exception.Status is null or HttpStatusCode.ServiceUnavailable && silent < MostSilentLooks)
            {
                if (silent == 0)
                    await error.WriteLineAsync($"{exception.Message} Asking again for ten minutes.");
            }
        }
    }

    private static Command Steer(string verb, string description)
    {
        var name = Name();
        var reason = new Option<string?>("--reason") { Description = "Kept with the decision." };
        return ApiVerb.Create(verb, description, [name, reason], async (client, parsed, format, ct) =>
        {
            var body = new JsonObject { ["reason"] = parsed.GetValue(reason) };
            Printer.Show((await client.PostAsync($"{Route(parsed.GetValue(name)!)}/{verb}", body, ct))!, format);
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The rollout's name.", Required = true };

    private static string Route(string name) => $"api/v1/rollouts/{Uri.EscapeDataString(name)}";
}
