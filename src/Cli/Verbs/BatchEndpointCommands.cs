using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway batch-endpoint: names in front of deployments that score files as jobs.</summary>
internal static class BatchEndpointCommands
{
    public static readonly string[] JobColumns = ["name", "deployment", "status", "createdAt", "endedAt", "message"];

    private const string Root = "api/v1/batch-endpoints";

    public static Command Create() => new("batch-endpoint", "Batch endpoints: score files and tables as jobs.")
    {
        Save("create", "Create a batch endpoint from its YAML file, or by name; one that exists is changed."),
        Save("update", "Change a batch endpoint: --set defaults.deployment_name=NAME says who is asked by default."),
        Show(), List(), Delete(), BatchInvoke.Create(), ListJobs(),
    };

    public static string Route(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

    /// <summary>The endpoint, with an address that can be called from here.</summary>
    private static async Task<JsonNode> GetAsync(SlipwayClient client, string name, CancellationToken ct) =>
        WithAddress(await client.GetAsync(Route(name), ct), client);

    private static JsonNode WithAddress(JsonNode endpoint, SlipwayClient client) => EndpointAddress.Add(endpoint, client, "batch-endpoints", "jobs");

    private static Command Save(string verb, string description)
    {
        var (name, file) = (new Option<string?>("--name", "-n") { Description = "The endpoint's name." }, EndpointOptions.File("the batch endpoint"));
        var changes = new ChangeOptions("description=TEXT, tags.KEY=VALUE, defaults.deployment_name=NAME");
        var about = new Option<string?>("--description") { Description = "What it is for." };
        var chosen = new Option<string?>("--defaults") { Description = "deployment_name=NAME: who is asked when an invocation names none." };
        return ApiVerb.Create(verb, description, [name, file, .. changes.All, about, chosen, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            List<DefinitionEdit> edits = [.. changes.Read(parsed), .. DefinitionEdit.Option("description", parsed.GetValue(about))];
            if (parsed.GetValue(chosen) is { } defaults)
                edits.Add(new DefinitionEdit($"defaults.{defaults}", "--defaults"));
            var endpoint = verb == "update" && parsed.GetValue(file) is null
                ? await ChangeAsync(client, parsed.GetValue(name), edits, ct)
                : await SaveAsync(client, parsed.GetValue(file), [.. edits, .. DefinitionEdit.Option("name", parsed.GetValue(name))], isNew: verb == "create", format, ct);
            Printer.Show(await GetAsync(client, endpoint, ct), format);
            return 0;
        });
    }

    private static async Task<string> SaveAsync(
        SlipwayClient client, string? file, IReadOnlyList<DefinitionEdit> edits, bool isNew, OutputStyle format, CancellationToken ct)
    {
        var definition = ServingFile.Read("batch-endpoint", file, edits);
        var endpoint = definition.Required("name", "--name");
        if (!isNew)
            await client.GetAsync(Route(endpoint), ct);
        await client.PutAsync(Route(endpoint), definition.BatchEndpoint(), ct);
        await EndpointOptions.TellUnusedAsync(definition.UnusedOfEndpoint(), format);
        return endpoint;
    }

    private static async Task<string> ChangeAsync(SlipwayClient client, string? name, IReadOnlyList<DefinitionEdit> edits, CancellationToken ct)
    {
        var endpoint = name ?? throw SlipwayException.Invalid("There is no 'name': say it in the file, or with --name.");
        ChangeOptions.Demand(edits);
        if (edits.FirstOrDefault(edit => edit is { Kind: EditKind.Remove, Field: "defaults" }) is { } removal)
            throw SlipwayException.Invalid($"{removal.Said}: an endpoint keeps its default deployment until another one is set, or it is deleted.");
        var body = ServingFile.OfKept("batch-endpoint", KeptServing.BatchEndpoint(await client.GetAsync(Route(endpoint), ct)), edits).BatchEndpoint();
        body["description"] ??= "";
        body["tags"] ??= new JsonObject();
        await client.PutAsync(Route(endpoint), body, ct);
        return endpoint;
    }

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show a batch endpoint and its deployments.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await GetAsync(client, parsed.GetValue(name)!, ct), format);
            return 0;
        });
    }

    private static Command List() => ApiVerb.Create("list", "List batch endpoints.", [], async (client, _, format, ct) =>
    {
        var endpoints = (await client.GetAsync(Root, ct))["endpoints"]!.AsArray();
        foreach (var endpoint in endpoints)
            WithAddress(endpoint!, client);
        Printer.List(endpoints, ["name", "defaults", "description", "createdAt"], format);
        return 0;
    });

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create(
            "delete", "Delete a batch endpoint with its deployments; its jobs and what they made stay.", [name, .. EndpointOptions.Accepted()],
            async (client, parsed, _, ct) =>
            {
                await client.DeleteAsync(Route(parsed.GetValue(name)!), ct);
                return 0;
            });
    }

    private static Command ListJobs()
    {
        var name = Name();
        return ApiVerb.Create("list-jobs", "List the jobs that a batch endpoint started, newest first.", [name], async (client, parsed, format, ct) =>
        {
            Printer.List((await client.GetAsync($"{Route(parsed.GetValue(name)!)}/jobs", ct))["jobs"]!.AsArray(), JobColumns, format);
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The endpoint's name.", Required = true };
}
