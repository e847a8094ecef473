using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway batch-deployment: what invocations of batch endpoints run.</summary>
internal static class BatchDeploymentCommands
{
    public static Command Create() => new("batch-deployment", "Batch deployments: a model over mini-batches, or a pipeline, behind a batch endpoint.")
    {
        Save("create", "Put a model or a pipeline behind a batch endpoint, from its YAML file."),
        Save("update", "Replace a batch deployment by its file, or change it without one; invocations from then on run the new one."),
        Show(), List(), Delete(), ListJobs(),
    };

    private static Command Save(string verb, string description)
    {
        var (name, file) = (new Option<string?>("--name", "-n") { Description = "The deployment's name." }, EndpointOptions.File("the batch deployment"));
        var changes = new ChangeOptions("settings.mini_batch_size=NUMBER, environment_variables.NAME=VALUE, tags.KEY=VALUE, …");
        var endpoint = new Option<string?>("--endpoint-name", "--endpoint", "-e") { Description = "The endpoint's name." };
        var model = new Option<string?>("--model") { Description = "azureml:name:3, name:3 or name@champion." };
        var chosen = new Option<bool>("--set-default") { Description = "Ask it when an invocation names no deployment." };
        return ApiVerb.Create(verb, description, [name, endpoint, file, model, .. changes.All, chosen, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            DefinitionEdit[] edits = [.. changes.Read(parsed), .. DefinitionEdit.Option("model", EndpointOptions.Reference(parsed.GetValue(model)))];
            var saved = verb == "update" && parsed.GetValue(file) is null
                ? await ChangeAsync(client, parsed.GetValue(endpoint), parsed.GetValue(name), edits, parsed.GetValue(chosen), ct)
                : await SaveAsync(
                    client, parsed.GetValue(file),
                    [.. edits, .. DefinitionEdit.Option("name", parsed.GetValue(name)), .. DefinitionEdit.Option("endpoint_name", parsed.GetValue(endpoint))],
                    parsed.GetValue(chosen), ct);
            await EndpointOptions.TellUnusedAsync(BatchUnused.Of(saved["definition"]!), format);
            Printer.Show(saved, format);
            return 0;
        });
    }

    private static async Task<JsonNode> SaveAsync(
        SlipwayClient client, string? file, IReadOnlyList<DefinitionEdit> edits, bool isDefault, CancellationToken ct)
    {
        var definition = ServingFile.Read("batch-deployment", file, edits);
        var (deployment, of) = (definition.Required("name", "--name"), definition.Required("endpoint_name", "--endpoint-name"));
        var body = await definition.BatchDeploymentAsync(client, ct);
        body["setDefault"] = isDefault;
        return (await client.PutAsync(Route(of, deployment), body, ct))!;
    }

    private static async Task<JsonNode> ChangeAsync(
        SlipwayClient client, string? endpoint, string? deployment, IReadOnlyList<DefinitionEdit> edits, bool isDefault, CancellationToken ct)
    {
        if (endpoint is null || deployment is null)
            throw SlipwayException.Invalid($"{(endpoint is null ? "--endpoint-name" : "--name")}: say which deployment, or give a definition with --file.");
        var body = new JsonObject { ["edits"] = ChangeOptions.Wire(edits), ["setDefault"] = isDefault };
        return (await client.PatchAsync(Route(endpoint, deployment), body, ct))!;
    }

    private static Command Show()
    {
        var (name, endpoint) = (Name(), EndpointOptions.Endpoint());
        return ApiVerb.Create("show", "Show a batch deployment.", [name, endpoint], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync(Route(parsed.GetValue(endpoint)!, parsed.GetValue(name)!), ct), format);
            return 0;
        });
    }

    private static Command List()
    {
        var endpoint = EndpointOptions.Endpoint();
        return ApiVerb.Create("list", "List the deployments of a batch endpoint.", [endpoint], async (client, parsed, format, ct) =>
        {
            var found = await client.GetAsync($"{BatchEndpointCommands.Route(parsed.GetValue(endpoint)!)}/deployments", ct);
            Printer.List(found["deployments"]!.AsArray(), ["name", "type", "model", "createdAt"], format);
            return 0;
        });
    }

    private static Command Delete()
    {
        var (name, endpoint) = (Name(), EndpointOptions.Endpoint());
        return ApiVerb.Create("delete", "Delete a batch deployment; its jobs stay.", [name, endpoint, .. EndpointOptions.Accepted()], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(Route(parsed.GetValue(endpoint)!, parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static Command ListJobs()
    {
        var (name, endpoint) = (Name(), EndpointOptions.Endpoint());
        return ApiVerb.Create("list-jobs", "List the jobs that a batch deployment ran, newest first.", [name, endpoint], async (client, parsed, format, ct) =>
        {
            var route = $"{BatchEndpointCommands.Route(parsed.GetValue(endpoint)!)}/jobs?deployment={Uri.EscapeDataString(parsed.GetValue(name)!)}";
            Printer.List((await client.GetAsync(route, ct))["jobs"]!.AsArray(), BatchEndpointCommands.JobColumns, format);
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The deployment's name.", Required = true };

    private static string Route(string endpoint, string deployment) =>
        $"{BatchEndpointCommands.Route(endpoint)}/deployments/{Uri.EscapeDataString(deployment)}";
}
