using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway monitor export-rules and export-dashboard: for a Prometheus and a Grafana that look at /metrics.</summary>
internal static class MonitorExports
{
    private const string Root = "api/v1/alert-rules";

    public static Command Rules() => ApiVerb.Create(
        "export-rules", "Write the alert rules and the limits of monitors as a file of rules for Prometheus.", [], async (client, _, style, ct) =>
        {
            if (style.Query is not null)
                throw SlipwayException.Invalid("--query looks into a result, and a file of rules is none.");
            await style.Out.WriteAsync(await client.GetTextAsync($"{Root}/prometheus", ct));
            return 0;
        });

    public static Command Dashboard() => ApiVerb.Create(
        "export-dashboard", "Write a dashboard for Grafana.", [], async (client, _, style, ct) =>
        {
            Printer.ShowAsIs(await client.GetAsync($"{Root}/grafana", ct), style);
            return 0;
        });
}
