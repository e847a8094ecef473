using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway model: registered models, their versions and their history.</summary>
internal static class ModelCommands
{
    public static Command Create() => new("model", "Registered models and their versions.") { List(), Show(), History() };

    private static Command List()
    {
        var name = new Option<string?>("--name", "-n") { Description = "Only the versions of this model." };
        return ApiVerb.Create("list", "List models, or the versions of one.", [name], async (client, parsed, format, ct) =>
        {
            if (parsed.GetValue(name) is { } model)
            {
                var versions = await client.GetAsync($"api/v1/models/{Uri.EscapeDataString(model)}/versions", ct);
                Printer.List(versions["versions"]!.AsArray(), ["model", "version", "aliases", "flavor", "runId", "createdAt", "description"], format);
                return 0;
            }

            var names = (await client.GetAsync("api/v1/models", ct))["models"]!.AsArray();
            Printer.List(new JsonArray([.. names.Select(item => new JsonObject { ["name"] = item!.ToString() })]), ["name"], format);
            return 0;
        });
    }

    private static Command Show()
    {
        var reference = Reference();
        return ApiVerb.Create("show", "Show one version: model@champion, model:3.", [reference], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync(Path(parsed.GetValue(reference)!), ct), format);
            return 0;
        });
    }

    private static Command History()
    {
        var model = new Argument<string>("model") { Description = "The model's name." };
        return ApiVerb.Create("history", "Who served when, and why: everything that happened to a model.", [model], async (client, parsed, format, ct) =>
        {
            var history = await client.GetAsync($"api/v1/models/{Uri.EscapeDataString(parsed.GetValue(model)!)}/history", ct);
            Printer.List(history["events"]!.AsArray(), ["time", "number", "act", "principal", "reason"], format);
            return 0;
        });
    }

    private static Argument<string> Reference() => new("model") { Description = "model@alias, model:version or model@latest." };

    // flights-late@champion → api/v1/models/flights-late/versions/champion
    private static string Path(string reference)
    {
        var at = reference.LastIndexOfAny(['@', ':', '/']);
        return at > 0
            ? $"api/v1/models/{Uri.EscapeDataString(reference[..at])}/versions/{Uri.EscapeDataString(reference[(at + 1)..])}"
            : throw SlipwayException.Invalid($"'{reference}' names no version; write {reference}@champion, {reference}:3 or {reference}@latest.");
    }
}
