using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway batch-deployment: what invocations of batch endpoints run.</summary>
internal static class BatchDeploymentCommands
{
    public static Command Create() => new("batch-deployment", "Batch deployments: a model over mini-batches, or a pipeline, behind a batch endpoint.")
    {
        Save("create", "Put a model or a pipeline behind a batch endpoint, from its YAML file."),
        Save("update", "Replace a batch deployment; invocations from then on run the new one."),
        Show(), List(), Delete(), ListJobs(),
    };

    private static Command Save(string verb, string description)
    {
        var (name, file, set) = (new Option<string?>("--name", "-n") { Description = "The deployment's name." }, EndpointOptions.File("the batch deployment"), EndpointOptions.Set());
        var endpoint = new Option<string?>("--endpoint-name", "--endpoint", "-e") { Description = "The endpoint's name." };
        var model = new Option<string?>("--model") { Description = "azureml:name:3, name:3 or name@champion." };
        var chosen = new Option<bool>("--set-default") { Description = "Ask it when an invocation names no deployment." };
        return ApiVerb.Create(verb, description, [name, endpoint, file, model, set, chosen, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            var edits = EndpointOptions.Edits(
                parsed.GetValue(set), ("name", parsed.GetValue(name)), ("endpoint_name", parsed.GetValue(endpoint)),
                ("model", EndpointOptions.Reference(parsed.GetValue(model))));
            var definition = ServingFile.Read("batch-deployment", parsed.GetValue(file), edits);
            var (deployment, of) = (definition.Required("name", "--name"), definition.Required("endpoint_name", "--endpoint-name"));
            var body = await definition.BatchDeploymentAsync(client, ct);
            body["setDefault"] = parsed.GetValue(chosen);
            Printer.Show((await client.PutAsync(Route(of, deployment), body, ct))!, format);
            return 0;
        });
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
