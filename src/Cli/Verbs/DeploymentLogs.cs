using System.CommandLine;
using System.Globalization;
using Slipway.Cli.CommandLine;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway online-deployment get-logs: what a deployment's processes wrote.</summary>
internal static class DeploymentLogs
{
    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The deployment's name.", Required = true };
        var endpoint = EndpointOptions.Endpoint();
        var lines = new Option<int>("--lines", "-l") { Description = "The last lines of what is kept (a megabyte).", DefaultValueFactory = _ => 5000 };
        var follow = new Option<bool>("--follow") { Description = "Go on with what is written from now on, until interrupted." };
        var container = new Option<string?>("--container", "-c") { Hidden = true };
        return ApiVerb.Create(
            "get-logs", "Print what a deployment's processes wrote lately.", [name, endpoint, lines, follow, container, .. EndpointOptions.Accepted()],
            async (client, parsed, format, ct) =>
            {
                if (parsed.GetValue(lines) is < 0 and var most)
                    throw SlipwayException.Invalid($"--lines is {most}; it is 0 or more.");
                var query = string.Create(
                    CultureInfo.InvariantCulture, $"lines={parsed.GetValue(lines)}&follow={(parsed.GetValue(follow) ? "true" : "false")}");
                var route = $"{EndpointCommands.Route(parsed.GetValue(endpoint)!)}/deployments/{Uri.EscapeDataString(parsed.GetValue(name)!)}/logs?{query}";
                await foreach (var line in client.GetLinesAsync(route, ct))
                    await format.Out.WriteLineAsync(line);
                return 0;
            });
    }
}
