using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Kernel;
using Slipway.Monitoring;

namespace Slipway.Cli.Verbs;

/// <summary>slipway retraining: policies by which models are trained again, and what they decided.</summary>
internal static class RetrainingCommands
{
    private const string Root = "api/v1/retraining";

    public static Command Create() => new("retraining", "Policies that train models again, and their decisions.")
    {
        Declare(),
        ApiVerb.Create("list", "List policies.", [], async (client, _, style, ct) =>
        {
            Printer.List((await client.GetAsync(Root, ct))["policies"]!.AsArray(), ["name", "monitor", "model", "enabled", "updatedAt"], style);
            return 0;
        }),
        OfOne("show", "Show a policy.", (client, path, ct) => client.GetAsync(path, ct)),
        Run(),
        OfOne("enable", "Let a policy be asked after each run of its monitor again.", (client, path, ct) => client.PostAsync($"{path}/enable", new JsonObject(), ct)!),
        OfOne("disable", "Keep a policy from being asked by itself; by hand it can still be.", (client, path, ct) => client.PostAsync($"{path}/disable", new JsonObject(), ct)!),
        Decisions(),
        Cancel(),
        BacktestCommands.OfRetraining(),
        Delete(),
    };

    /// <summary>Also slipway monitor decisions.</summary>
    public static Command Decisions()
    {
        var name = Name();
        return ApiVerb.Create("decisions", "List when a policy retrained, or did not, and why.", [name], async (client, parsed, style, ct) =>
        {
            var decisions = (await client.GetAsync($"{Path(parsed.GetValue(name)!)}/decisions", ct))["items"]!.AsArray();
            foreach (var decision in decisions)
                decision!["outcome"] = decision["challenger"]?["told"]?.DeepClone();
            Printer.List(decisions, ["eventTime", "retrain", "job", "reason", "outcome"], style);
            return 0;
        });
    }

    private static Command Cancel()
    {
        var name = Name();
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the decision." };
        return ApiVerb.Create(
            "cancel", "End the training or the rollout that is on its way; the champion keeps all traffic.", [name, reason], async (client, parsed, style, ct) =>
            {
                Printer.Show(await client.PostAsync($"{Path(parsed.GetValue(name)!)}/cancel", new JsonObject { ["reason"] = parsed.GetValue(reason) }, ct), style);
                return 0;
            });
    }

    private static Command Declare()
    {
        var file = new Option<string>("--file", "-f") { Description = "The policy as YAML (type: retraining); the job that it names is read beside it.", Required = true };
        var job = new Option<string?>("--job-file") { Description = "The training job as YAML, in place of the one that the policy names." };
        return ApiVerb.Create("create", "Declare a policy; one of the same name is replaced.", [file, job], async (client, parsed, style, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
            var definition = await File.ReadAllTextAsync(path, ct);
            var body = new JsonObject { ["definition"] = definition };
            if ((parsed.GetValue(job) ?? JobOf(definition, path)) is { } training)
            {
                var read = JobFile.Read(training, []);
                var files = await read.UploadAsync(client, ct);
                body["job"] = new JsonObject
                {
                    ["yaml"] = read.Yaml,
                    ["source"] = read.Source,
                    ["files"] = new JsonObject(files.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
                };
            }

            Printer.Show(await client.PostAsync(Root, body, ct), style);
            return 0;
        });
    }

    private static Command OfOne(string verb, string description, Func<SlipwayClient, string, CancellationToken, Task<JsonNode>> act)
    {
        var name = Name();
        return ApiVerb.Create(verb, description, [name], async (client, parsed, style, ct) =>
        {
            Printer.Show(await act(client, Path(parsed.GetValue(name)!), ct), style);
            return 0;
        });
    }

    private static Command Run()
    {
        var name = Name();
        var from = new Option<DateTimeOffset>("--from") { Description = "Begin of the window of event time to judge (inclusive).", Required = true };
        var to = new Option<DateTimeOffset>("--to") { Description = "End of the window (exclusive).", Required = true };
        var set = new Option<string[]>("--set") { Description = "An input of the training job: NAME=VALUE (several: repeat it)." };
        var force = new Option<bool>("--force") { Description = "Train whatever the triggers say; only the data gate and the budget may still hold it back." };
        return ApiVerb.Create(
            "run", "Decide now for a window of event time, and train when the policy says so.", [name, from, to, set, force], async (client, parsed, style, ct) =>
            {
                var body = new JsonObject { ["from"] = parsed.GetValue(from), ["to"] = parsed.GetValue(to), ["inputs"] = Inputs(parsed.GetValue(set) ?? []), ["force"] = parsed.GetValue(force) };
                Printer.Show(await client.PostAsync($"{Path(parsed.GetValue(name)!)}/evaluate", body, ct), style);
                return 0;
            });
    }

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create("delete", "Delete a policy; its decisions stay.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(Path(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static JsonObject Inputs(IEnumerable<string> pairs)
    {
        var inputs = new JsonObject();
        foreach (var pair in pairs)
        {
            inputs[pair.IndexOf('=') is > 0 and var at ? pair[..at] : throw SlipwayException.Invalid($"--set: '{pair}' is not NAME=VALUE.")] =
                pair[(pair.IndexOf('=') + 1)..];
        }

        return inputs;
    }

    // job: ./train.yml
    private static string? JobOf(string definition, string path) =>
        MonitoringModule.JobOf(definition, System.IO.Path.GetFileName(path)) is { } job
            ? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, job)
            : null;

    private static string Path(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

    private static Option<string> Name() => new("--name", "-n") { Description = "The policy's name.", Required = true };
}
