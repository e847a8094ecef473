using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway online-deployment profile: how what a deployment was asked and answered was distributed.</summary>
internal static class DeploymentProfile
{
    private static readonly string[] s_columns =
        ["name", "type", "count", "nulls", "mean", "standardDeviation", "min", "max", "populationStabilityIndex", "jensenShannonDistance"];

    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The deployment's name.", Required = true };
        var endpoint = EndpointOptions.Endpoint();
        var from = new Option<DateTimeOffset?>("--from") { Description = "Of event time; the first minute that begins then or later. Default: a day before the end." };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Exclusive. Default: now." };
        return ApiVerb.Create(
            "profile",
            "How each input and output of a deployment was distributed, also of answers whose rows were not kept, and how far from what its model learned from. With -o json also quantiles and histograms.",
            [name, endpoint, from, to],
            async (client, parsed, style, ct) =>
            {
                var window = new[] { ("from", parsed.GetValue(from)), ("to", parsed.GetValue(to)) }
                    .Where(end => end.Item2 is not null).Select(end => $"{end.Item1}={Uri.EscapeDataString(end.Item2!.Value.ToString("O"))}");
                var route = $"{EndpointCommands.Route(parsed.GetValue(endpoint)!)}/deployments/{Uri.EscapeDataString(parsed.GetValue(name)!)}/profile";
                var profile = await client.GetAsync($"{route}?{string.Join('&', window)}", ct);
                if (style.Query is null && style.Format is OutputFormat.Table or OutputFormat.Tsv)
                    Printer.List(profile["columns"]!.AsArray(), s_columns, style);
                else
                    Printer.Show(profile, style);
                return 0;
            });
    }
}
