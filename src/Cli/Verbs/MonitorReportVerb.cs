using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway monitor report: a window told whole, as a page or as JSON.</summary>
internal static class MonitorReportVerb
{
    private static readonly string[] s_columns =
        ["signal", "feature", "segment", "name", "value", "adjusted", "low", "high", "bounds", "threshold", "compared", "change", "verdict"];

    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The monitor's name.", Required = true };
        var run = new Option<string?>("--run") { Description = "The id of a run; the one of the latest window when left out." };
        var compare = new Option<string?>("--compare") { Description = "The id of another run to compare it with, or previous: the window before." };
        return ApiVerb.Create(
            "report",
            "Report on a window: distributions, trends, every figure with its limit, segments. With -o html as one page that needs no network.",
            [name, run, compare],
            async (client, parsed, style, ct) =>
            {
                var path = $"api/v1/monitors/{Uri.EscapeDataString(parsed.GetValue(name)!)}/report?"
                    + string.Join('&', new[] { ("run", parsed.GetValue(run)), ("compare", parsed.GetValue(compare)) }
                        .Where(part => part.Item2 is not null)
                        .Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}"));
                if (style.Format == OutputFormat.Html)
                {
                    if (style.Query is not null)
                        throw SlipwayException.Invalid("--query looks into a result, and a page is none; give it -o json.");
                    await style.Out.WriteAsync(await client.GetTextAsync($"{path}&format=html", ct));
                    return 0;
                }

                var report = await client.GetAsync(path, ct);
                if (style.Query is null && style.Format is OutputFormat.Table or OutputFormat.Tsv)
                    Printer.List(report["figures"]!.AsArray(), s_columns, style);
                else
                    Printer.Show(report, style);
                return 0;
            },
            hasPage: true);
    }
}
