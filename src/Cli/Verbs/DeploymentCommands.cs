using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway online-deployment: model versions behind endpoints.</summary>
internal static class DeploymentCommands
{
    private static readonly string[] s_ofContainers =
        ["environment", "resources", "model_mount_path", "egress_public_network_access", "liveness_probe", "readiness_probe", "startup_probe"];

    public static Command Create() => new("online-deployment", "Deployments: model versions behind online endpoints.")
    {
        Save("create", "Put a model version behind an endpoint, from its YAML file; it has no traffic yet."),
        Save("update", "Load a deployment with other settings and swap it in; no request notices."),
        Show(), List(), Delete(), Stats(), DeploymentProfile.Create(), DeploymentLogs.Create(),
    };

    private static Command Save(string verb, string description)
    {
        var (name, file) = (new Option<string?>("--name", "-n") { Description = "The deployment's name." }, EndpointOptions.File("the deployment"));
        var changes = new ChangeOptions("instance_count=3, request_settings.request_timeout_ms=500, environment_variables.NAME=VALUE, …");
        var endpoint = new Option<string?>("--endpoint-name", "--endpoint", "-e") { Description = "The endpoint's name." };
        var model = new Option<string?>("--model") { Description = "azureml:name:3, name:3 or name@champion." };
        var all = new Option<bool>("--all-traffic") { Description = "Give it all of the endpoint's traffic once it answers." };
        return ApiVerb.Create(verb, description, [name, endpoint, file, model, .. changes.All, all, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            DefinitionEdit[] named = [.. DefinitionEdit.Option("name", parsed.GetValue(name)), .. DefinitionEdit.Option("endpoint_name", parsed.GetValue(endpoint))];
            DefinitionEdit[] edits = [.. changes.Read(parsed), .. DefinitionEdit.Option("model", EndpointOptions.Reference(parsed.GetValue(model)))];
            var isChange = verb == "update" && parsed.GetValue(file) is null;
            if (isChange && !parsed.GetValue(all))
                ChangeOptions.Demand(edits);
            var target = ServingFile.Read("online-deployment", parsed.GetValue(file), isChange ? named : [.. edits, .. named]);
            var (deployment, of) = (target.Required("name", "--name"), target.Required("endpoint_name", "--endpoint-name"));
            var (definition, body) = isChange ? await ChangedAsync(client, Route(of, deployment), edits, ct) : (target, await BodyAsync(client, target, ct));
            var made = await client.PutAsync(Route(of, deployment), body, ct);
            await EndpointOptions.TellUnusedAsync(definition.WithoutEffect(made!["settings"]), format);
            if (parsed.GetValue(all))
                await client.Endpoints.SetTrafficAsync(of, new Dictionary<string, int> { [deployment] = 100 }, "--all-traffic", ct);
            Printer.Show(Whole(made!), format);
            return 0;
        });
    }

    private static async Task<JsonObject> BodyAsync(SlipwayClient client, ServingFile definition, CancellationToken ct) => new()
    {
        ["settings"] = await definition.DeploymentSettingsAsync(client, ct),
        ["model"] = await definition.ModelAsync(client, ct),
    };

    // Without a file what is not said stays as the server has it.
    private static async Task<(ServingFile Definition, JsonObject Body)> ChangedAsync(
        SlipwayClient client, string route, IReadOnlyList<DefinitionEdit> edits, CancellationToken ct)
    {
        if (edits.FirstOrDefault(edit => edit.Field is "name" or "endpoint_name") is { } moved)
            throw SlipwayException.Invalid($"{moved.Said}: the name and the endpoint of a deployment do not change; create another one.");
        var kept = await client.GetAsync(route, ct);
        if (kept["settings"]?["proxy"]?["container"] is not null && edits.FirstOrDefault(edit => s_ofContainers.Contains(edit.Field)) is { } inside)
            throw SlipwayException.Invalid($"{inside.Said}: what runs in a container changes with its whole file; name it with --file.");
        var before = ServingFile.OfKept("online-deployment", KeptServing.Deployment(kept), []);
        var after = ServingFile.OfKept("online-deployment", KeptServing.Deployment(kept), edits);
        var body = new JsonObject
        {
            ["settings"] = KeptServing.Merged(kept["settings"]!, await before.DeploymentSettingsAsync(client, ct), await after.DeploymentSettingsAsync(client, ct)),
            ["model"] = after.Text("model") is null ? $"{kept["model"]}:{kept["modelVersion"]}" : await after.ModelAsync(client, ct),
        };
        return (after, body);
    }

    private static Command Show()
    {
        var (name, endpoint) = (Name(), EndpointOptions.Endpoint());
        return ApiVerb.Create("show", "Show a deployment.", [name, endpoint, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            Printer.Show(Whole(await client.GetAsync(Route(parsed.GetValue(endpoint)!, parsed.GetValue(name)!), ct)), format);
            return 0;
        });
    }

    private static Command List()
    {
        var endpoint = EndpointOptions.Endpoint();
        return ApiVerb.Create("list", "List the deployments of an endpoint.", [endpoint], async (client, parsed, format, ct) =>
        {
            var found = await client.GetAsync($"{EndpointCommands.Route(parsed.GetValue(endpoint)!)}/deployments", ct);
            Printer.List(found["deployments"]!.AsArray(), ["name", "model", "modelVersion", "state", "message", "createdAt"], format);
            return 0;
        });
    }

    private static Command Delete()
    {
        var (name, endpoint) = (Name(), EndpointOptions.Endpoint());
        return ApiVerb.Create("delete", "Delete a deployment without traffic; requests that it has are answered.", [name, endpoint, .. EndpointOptions.Accepted()], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(Route(parsed.GetValue(endpoint)!, parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static Command Stats()
    {
        var (name, endpoint) = (Name(), EndpointOptions.Endpoint());
        return ApiVerb.Create("stats", "What a deployment has answered since the server loaded it, and how quickly.", [name, endpoint], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync($"{Route(parsed.GetValue(endpoint)!, parsed.GetValue(name)!)}/stats", ct), format);
            return 0;
        });
    }

    /// <summary>As az shows it: with the endpoint's name and whether it was provisioned.</summary>
    private static JsonNode Whole(JsonNode deployment)
    {
        deployment["endpointName"] = deployment["endpoint"]?.DeepClone();
        deployment["provisioningState"] = deployment["state"]?.DeepClone();
        return deployment;
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The deployment's name.", Required = true };

    private static string Route(string endpoint, string deployment) =>
        $"{EndpointCommands.Route(endpoint)}/deployments/{Uri.EscapeDataString(deployment)}";
}
