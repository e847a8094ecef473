using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Jobs.Contracts;
using Slipway.Client;

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

    private static JsonNode WithAddress(JsonNode endpoint, SlipwayClient client)
    {
        endpoint["scoringUri"] = new Uri(client.Server, $"batch-endpoints/{Uri.EscapeDataString((string)endpoint["name"]!)}/jobs").ToString();
        endpoint["provisioningState"] = "Succeeded";
        return endpoint;
    }

    private static Command Save(string verb, string description)
    {
        var (name, file, set) = (new Option<string?>("--name", "-n") { Description = "The endpoint's name." }, EndpointOptions.File("the batch endpoint"), EndpointOptions.Set());
        var about = new Option<string?>("--description") { Description = "What it is for." };
        var chosen = new Option<string?>("--defaults") { Description = "deployment_name=NAME: who is asked when an invocation names none." };
        return ApiVerb.Create(verb, description, [name, file, set, about, chosen, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            var edits = EndpointOptions.Edits(parsed.GetValue(set), ("name", parsed.GetValue(name)), ("description", parsed.GetValue(about)));
            if (parsed.GetValue(chosen) is { } defaults)
                edits.Add(new DefinitionEdit($"defaults.{defaults}", "--defaults"));
            var definition = ServingFile.Read("batch-endpoint", parsed.GetValue(file), edits);
            var endpoint = definition.Required("name", "--name");
            if (verb == "update")
                await client.GetAsync(Route(endpoint), ct);
            await client.PutAsync(Route(endpoint), definition.BatchEndpoint(), ct);
            Printer.Show(await GetAsync(client, endpoint, ct), format);
            return 0;
        });
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
