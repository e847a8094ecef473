using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway online-endpoint: endpoints, their deployments and their answers.</summary>
internal static class EndpointCommands
{
    private const string Root = "api/v1/online-endpoints";

    public static Command Create() => new("online-endpoint", "Online endpoints and their deployments.")
    {
        List(), Show(), CreateEndpoint(), Deploy(), SetTraffic(), Invoke(),
    };

    private static Command List() => ApiVerb.Create("list", "List endpoints.", [], async (client, _, format, ct) =>
    {
        Printer.List((await client.GetAsync(Root, ct))["endpoints"]!.AsArray(), ["name", "traffic", "scoringUri", "createdAt"], format);
        return 0;
    });

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show an endpoint and its deployments.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct), format);
            return 0;
        });
    }

    private static Command CreateEndpoint()
    {
        var name = Name();
        var collect = new Option<string?>("--collect")
        {
            Description = "What is answered is kept: drop (default: rather drop rows than be slow), wait (lose none), off.",
        };
        return ApiVerb.Create("create", "Create an endpoint.", [name, collect], async (client, parsed, format, ct) =>
        {
            var created = await client.Endpoints.CreateAsync(parsed.GetValue(name)!, parsed.GetValue(collect), ct);
            Printer.Show(await client.GetAsync($"{Root}/{created.Name}", ct), format);
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
            Printer.Show(await client.GetAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct), format);
            return 0;
        });
    }

    private static Command SetTraffic()
    {
        var name = Name();
        var traffic = new Option<string>("--traffic") { Description = "\"blue=90 green=10\"; the percents sum to 100.", Required = true };
        var reason = new Option<string>("--reason") { Description = "Goes to the model's history.", DefaultValueFactory = _ => "set by hand" };
        return ApiVerb.Create("update", "Set the traffic of an endpoint.", [name, traffic, reason], async (client, parsed, format, ct) =>
        {
            await client.Endpoints.SetTrafficAsync(parsed.GetValue(name)!, Split(parsed.GetValue(traffic)!), parsed.GetValue(reason)!, ct);
            Printer.Show(await client.GetAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct), format);
            return 0;
        });
    }

    private static Command Invoke()
    {
        var name = Name();
        var model = new Option<string>("--model") { Description = "The model's name.", Required = true };
        var file = new Option<string>("--request-file", "-r") { Description = "The request: JSON of the Open Inference Protocol.", Required = true };
        return ApiVerb.Create("invoke", "Ask an endpoint.", [name, model, file], async (client, parsed, format, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--request-file: there is no file '{path}'.");
            using var body = new StringContent(await File.ReadAllTextAsync(path, ct), System.Text.Encoding.UTF8, "application/json");
            var answer = await client.PostAsync(
                $"endpoints/{Uri.EscapeDataString(parsed.GetValue(name)!)}/v2/models/{Uri.EscapeDataString(parsed.GetValue(model)!)}/infer", body, ct);
            Printer.ShowAsIs(answer, format);
            return 0;
        });
    }

    // "blue=90 green=10"
    private static Dictionary<string, int> Split(string text)
    {
        var traffic = new Dictionary<string, int>();
        foreach (var part in text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [{ Length: > 0 } deployment, var percent] || !int.TryParse(percent, out var value))
                throw SlipwayException.Invalid($"--traffic: '{part}' is not deployment=percent, such as blue=90.");
            traffic[deployment] = value;
        }

        return traffic;
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The endpoint's name.", Required = true };
}
