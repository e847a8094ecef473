using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway model: registered models, their versions and their history.</summary>
internal static class ModelCommands
{
    public static Command Create() => new("model", "Registered models and their versions.")
    {
        ModelVersions.Create(), List(), Show(), ModelVersions.Update(),
        ModelVersions.Archive("archive", "Leave a version out of listings; what names it goes on using it.", archived: true),
        ModelVersions.Archive("restore", "List an archived version again.", archived: false),
        ModelVersions.Download(), History(), ModelElsewhere.Package(), ModelElsewhere.Share(),
    };

    private static Command List()
    {
        var name = new Option<string?>("--name", "-n") { Description = "Only the versions of this model." };
        var also = new Option<bool>("--include-archived") { Description = "Archived versions too." };
        var most = new Option<int?>("--max-results", "-r") { Description = "At most so many." };
        return ApiVerb.Create("list", "List models, or the versions of one.", [name, also, most], async (client, parsed, format, ct) =>
        {
            if (parsed.GetValue(name) is { } model)
            {
                var versions = await client.GetAsync($"api/v1/models/{Uri.EscapeDataString(model)}/versions", ct);
                var listed = versions["versions"]!.AsArray().Where(version => parsed.GetValue(also) || !version!["archived"]!.GetValue<bool>());
                Printer.List(Cut(listed.Select(version => ModelVersions.Whole(version!))), ["model", "version", "aliases", "flavor", "runId", "createdAt", "description"], format);
                return 0;
            }

            var names = (await client.GetAsync("api/v1/models", ct))["models"]!.AsArray();
            Printer.List(Cut(names.Select(item => new JsonObject { ["name"] = item!.ToString() })), ["name"], format);
            return 0;

            JsonArray Cut(IEnumerable<JsonNode?> all) => new([.. all.Take(parsed.GetValue(most) ?? int.MaxValue).Select(item => item!.DeepClone())]);
        });
    }

    private static Command Show()
    {
        var reference = new Argument<string?>("model") { Description = "model@alias, model:version or model@latest, instead of --name.", Arity = ArgumentArity.ZeroOrOne };
        var (name, version) = ModelVersions.Version();
        name.Required = false;
        return ApiVerb.Create("show", "Show one version: model@champion, model:3, or --name model.", [reference, name, version], async (client, parsed, format, ct) =>
        {
            var found = (parsed.GetValue(reference), parsed.GetValue(name)) switch
            {
                ({ } text, null) => await client.GetAsync(Path(text), ct),
                (null, { } model) => await ModelVersions.FindAsync(client, model, parsed.GetValue(version)!, ct),
                _ => throw SlipwayException.Invalid("Name one model: model@champion, or --name and --version."),
            };
            Printer.Show(ModelVersions.Whole(found), format);
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

    // flights-late@champion → api/v1/models/flights-late/versions/champion
    private static string Path(string reference)
    {
        var at = reference.LastIndexOfAny(['@', ':', '/']);
        return at > 0
            ? $"api/v1/models/{Uri.EscapeDataString(reference[..at])}/versions/{Uri.EscapeDataString(reference[(at + 1)..])}"
            : throw SlipwayException.Invalid($"'{reference}' names no version; write {reference}@champion, {reference}:3 or {reference}@latest.");
    }
}
