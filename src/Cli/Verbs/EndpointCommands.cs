using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;

namespace Slipway.Cli.Verbs;

/// <summary>slipway online-endpoint: endpoints, their traffic and their answers.</summary>
internal static class EndpointCommands
{
    private const string Root = "api/v1/online-endpoints";

    private static readonly string[] s_atTop = ["auth_mode", "description", "tags"];

    public static Command Create() => new("online-endpoint", "Online endpoints: stable addresses in front of deployments.")
    {
        List(), Show(), Save("create", "Create an endpoint from its YAML file, or by name; one that exists is changed."), Update(), Delete(), Deploy(),
        EndpointInvoke.Create(), EndpointKeys.Credentials(), EndpointKeys.Regenerate(), Instances(), Collected(), FeedbackCommand.Create(),
    };

    /// <summary>The endpoint, with addresses that can be called from here.</summary>
    public static async Task<JsonNode> GetAsync(SlipwayClient client, string name, CancellationToken ct) =>
        WithAddress(await client.GetAsync(Route(name), ct), client);

    public static string Route(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

    // What az prints at the top, scripts ask for there: --query auth_mode, tags, openapi_uri, traffic.
    private static JsonNode WithAddress(JsonNode endpoint, SlipwayClient client)
    {
        EndpointAddress.Add(endpoint, client, "endpoints", "score");
        endpoint["openapiUri"] = endpoint["scoringUri"]!.ToString()[..^"score".Length] + "swagger.json";
        foreach (var name in s_atTop)
            endpoint[name] = endpoint["settings"]?[name]?.DeepClone();
        foreach (var deployment in endpoint["deployments"]?.AsArray() ?? [])
        {
            var traffic = endpoint["traffic"]!.AsObject();
            if (!traffic.ContainsKey((string)deployment!["name"]!))
                traffic[(string)deployment["name"]!] = 0;
        }

        return endpoint;
    }

    private static Command List() => ApiVerb.Create("list", "List endpoints.", [], async (client, _, format, ct) =>
    {
        var endpoints = (await client.GetAsync(Root, ct))["endpoints"]!.AsArray();
        foreach (var endpoint in endpoints)
            WithAddress(endpoint!, client);
        Printer.List(endpoints, ["name", "traffic", "mirrorTraffic", "scoringUri", "createdAt"], format);
        return 0;
    });

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show an endpoint and its deployments.", [name, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            Printer.Show(await GetAsync(client, parsed.GetValue(name)!, ct), format);
            return 0;
        });
    }

    private static Command Save(string verb, string description)
    {
        var (name, file, set) = (new Option<string?>("--name", "-n") { Description = "The endpoint's name." }, EndpointOptions.File("the endpoint"), EndpointOptions.Set());
        var mode = new Option<string?>("--auth-mode") { Description = "key, aml_token or aad_token; when absent, callers sign in to the server." };
        var collect = new Option<string?>("--collect")
        {
            Description = "What is answered is kept: drop (default: rather drop rows than be slow), wait (lose none), off.",
        };
        return ApiVerb.Create(verb, description, [name, file, set, mode, collect, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            var edits = EndpointOptions.Edits(parsed.GetValue(set), ("name", parsed.GetValue(name)), ("auth_mode", parsed.GetValue(mode)));
            var definition = ServingFile.Read("online-endpoint", parsed.GetValue(file), edits);
            var created = definition.Required("name", "--name");
            await client.Endpoints.CreateAsync(created, parsed.GetValue(collect), ct);
            await client.PutAsync($"{Route(created)}/settings", definition.EndpointSettings(), ct);
            await MoveAsync(client, created, definition.Shares("traffic"), definition.Shares("mirror_traffic"), "set by the endpoint's file", ct);
            await EndpointOptions.TellUnusedAsync(definition.UnusedOfEndpoint(), format);
            Printer.Show(await GetAsync(client, created, ct), format);
            return 0;
        });
    }

    private static Command Update()
    {
        var (name, file) = (Name(), EndpointOptions.File("the endpoint: what it says of itself is replaced"));
        var traffic = new Option<string?>("--traffic", "-r") { Description = "\"blue=90 green=10\"; the percents sum to 100, what is not named keeps its share." };
        var mirror = new Option<string?>("--mirror-traffic") { Description = "\"green=10\": gets copies of so many percent of the requests; green=0 stops it." };
        var reason = new Option<string>("--reason") { Description = "Goes to the model's history.", DefaultValueFactory = _ => "set by hand" };
        var changes = new ChangeOptions("description=TEXT, tags.KEY=VALUE, traffic.DEPLOYMENT=PERCENT, auth_mode=MODE");
        return ApiVerb.Create("update", "Set the traffic of an endpoint, or change it by its file.", [name, file, traffic, mirror, reason, .. changes.All, .. EndpointOptions.Accepted()], async (client, parsed, format, ct) =>
        {
            var endpoint = parsed.GetValue(name)!;
            DefinitionEdit[] edits = [.. changes.Read(parsed), .. EndpointOptions.Edits(null, ("name", endpoint))];
            var definition = parsed.GetValue(file) is { } path ? ServingFile.Read("online-endpoint", path, edits)
                : edits.Length > 1 ? ServingFile.OfKept("online-endpoint", KeptServing.Endpoint(await client.GetAsync(Route(endpoint), ct)), edits)
                : null;
            if (definition is not null)
            {
                await client.PutAsync($"{Route(endpoint)}/settings", definition.EndpointSettings(), ct);
                await EndpointOptions.TellUnusedAsync(definition.UnusedOfEndpoint(), format);
            }

            var isTraffic = edits.Any(edit => edit.Field is "traffic" or "mirror_traffic");
            await MoveAsync(
                client,
                endpoint,
                parsed.GetValue(traffic) is { } shares ? Shares.Parse("--traffic", shares) : isTraffic ? definition!.Shares("traffic") : null,
                parsed.GetValue(mirror) is { } copies ? Shares.Parse("--mirror-traffic", copies) : isTraffic ? definition!.Shares("mirror_traffic") : null,
                parsed.GetValue(reason)!,
                ct);
            Printer.Show(await GetAsync(client, endpoint, ct), format);
            return 0;
        });
    }

    private static async Task MoveAsync(
        SlipwayClient client, string endpoint, Dictionary<string, int>? traffic, Dictionary<string, int>? mirror, string reason, CancellationToken ct)
    {
        if (traffic is null && mirror is null)
            return;
        var before = await client.Endpoints.GetAsync(endpoint, ct);
        if (traffic is not null)
            await client.Endpoints.SetTrafficAsync(endpoint, Shares.Over(before.Traffic, traffic), reason, ct);
        if (mirror is not null)
        {
            var merged = before.MirrorTraffic.Where(share => !mirror.ContainsKey(share.Key)).Concat(mirror).ToDictionary();
            await client.Endpoints.SetMirrorAsync(endpoint, merged, reason, ct);
        }
    }

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create("delete", "Delete an endpoint with its deployments; what it collected stays.", [name, .. EndpointOptions.Accepted()], async (client, parsed, _, ct) =>
        {
            // Azure ML stops the traffic of an endpoint that is deleted; here the history says so.
            await client.Endpoints.SetTrafficAsync(parsed.GetValue(name)!, new Dictionary<string, int>(), "the endpoint is deleted", ct);
            await client.DeleteAsync(Route(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static Command Deploy()
    {
        var name = Name();
        var deployment = new Option<string>("--deployment", "-d") { Description = "The deployment's name.", Required = true };
        var model = new Option<string>("--model") { Description = "name:3 or name@champion.", Required = true };
        return ApiVerb.Create("deploy", "Put a model version behind an endpoint, with no traffic yet.", [name, deployment, model], async (client, parsed, format, ct) =>
        {
            await client.Endpoints.DeployAsync(parsed.GetValue(name)!, parsed.GetValue(deployment)!, parsed.GetValue(model)!, ct);
            Printer.Show(await GetAsync(client, parsed.GetValue(name)!, ct), format);
            return 0;
        });
    }

    private static Command Collected()
    {
        var name = Name();
        var (from, to) = (new Option<DateTimeOffset?>("--from") { Description = "Of event time, inclusive." }, new Option<DateTimeOffset?>("--to") { Description = "Exclusive." });
        return ApiVerb.Create("collected", "How much was kept of an endpoint's answers, and how much was left out by sampling or by callers.", [name, from, to], async (client, parsed, format, ct) =>
        {
            var query = string.Join('&', new[] { ("from", parsed.GetValue(from)), ("to", parsed.GetValue(to)) }
                .Where(limit => limit.Item2 is not null).Select(limit => $"{limit.Item1}={Uri.EscapeDataString($"{limit.Item2:O}")}"));
            var counts = (await client.GetAsync($"{Route(parsed.GetValue(name)!)}/collected?{query}", ct))["deployments"]!.AsArray();
            Printer.List(counts, ["deployment", "modelVersion", "rows", "sampledOut", "optedOut", "masked"], format);
            return 0;
        });
    }

    private static Command Instances()
    {
        var name = Name();
        return ApiVerb.Create("instances", "List the processes that answer for an endpoint elsewhere (slipway serve), with what they told last.", [name], async (client, parsed, format, ct) =>
        {
            var found = await client.GetAsync($"{Route(parsed.GetValue(name)!)}/instances", ct);
            Printer.List(found["instances"]!.AsArray(), ["name", "host", "startedAt", "seenAt", "lostRows", "waitingRows"], format);
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The endpoint's name.", Required = true };
}
