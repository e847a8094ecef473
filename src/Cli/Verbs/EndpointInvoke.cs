using System.CommandLine;
using System.Text;
using Slipway.Cli.CommandLine;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway online-endpoint invoke: sends a file, prints the answer as it came.</summary>
internal static class EndpointInvoke
{
    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The endpoint's name.", Required = true };
        var file = new Option<string>("--request-file", "-r")
        {
            Description = "The request: what /score takes (input_data, dataframe_split, …), or JSON of the Open Inference Protocol.",
            Required = true,
        };
        var deployment = new Option<string?>("--deployment-name", "--deployment", "-d") { Description = "Who answers, whatever the traffic." };
        var model = new Option<string?>("--model") { Description = "The model, for the Open Inference Protocol; when absent, /score is asked." };
        return ApiVerb.Create("invoke", "Ask an endpoint.", [name, file, deployment, model, .. EndpointOptions.Accepted()], async (client, parsed, _, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--request-file: there is no file '{path}'.");
            var endpoint = parsed.GetValue(name)!;
            var route = parsed.GetValue(model) is { } asked ? $"v2/models/{Uri.EscapeDataString(asked)}/infer" : "score";
            var headers = new Dictionary<string, string>();
            if (parsed.GetValue(deployment) is { } pinned)
                headers["azureml-model-deployment"] = pinned;
            if (await KeyAsync(client, endpoint, ct) is { } key)
                headers["Authorization"] = $"Bearer {key}";
            using var body = new StringContent(await File.ReadAllTextAsync(path, ct), Encoding.UTF8, "application/json");
            var answer = await client.PostTextAsync($"endpoints/{Uri.EscapeDataString(endpoint)}/{route}", body, headers, ct);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(answer);
            return 0;
        });
    }

    private static async Task<string?> KeyAsync(SlipwayClient client, string endpoint, CancellationToken ct)
    {
        var found = await client.GetAsync(EndpointCommands.Route(endpoint), ct);
        if (found["settings"]?["auth_mode"]?.ToString() is not ("key" or "aml_token"))
            return null;
        var credentials = await client.PostAsync($"{EndpointCommands.Route(endpoint)}/credentials", new System.Text.Json.Nodes.JsonObject(), ct);
        return (credentials!["primaryKey"] ?? credentials["accessToken"])?.ToString();
    }
}
