using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data profile: what the columns of a version hold.</summary>
internal static class DataTableCommands
{
    public static Command Profile()
    {
        var asset = Asset();
        var html = new Option<string?>("--html") { Description = "Write one self-contained HTML page to this file instead." };
        return ApiVerb.Create("profile", "Show counts, quantiles, distinct and top values of each column.", [asset, html], async (client, parsed, format, ct) =>
        {
            var path = $"{VersionPath(parsed.GetValue(asset)!)}/profile";
            if (parsed.GetValue(html) is { } file)
                await File.WriteAllTextAsync(file, await client.GetTextAsync($"{path}?format=html", ct), ct);
            else if (format == OutputFormat.Table)
                Console.Write(await client.GetTextAsync($"{path}?format=text", ct));
            else
                Printer.Show(await client.GetAsync(path, ct), format);
            return 0;
        });
    }

    private static Argument<string> Asset() => new("asset") { Description = "NAME:VERSION or NAME@LABEL; the latest version of NAME when there is none." };

    // "flights:3", "flights@latest", "flights", and as jobs write it, "azureml:flights:3".
    private static string VersionPath(string reference)
    {
        const string Scheme = "azureml:";
        var plain = reference.StartsWith(Scheme, StringComparison.Ordinal) ? reference[Scheme.Length..] : reference;
        return plain.Split(':', '@') switch
        {
            [{ Length: > 0 } name] => $"api/v1/data/{Uri.EscapeDataString(name)}/versions/latest",
            [{ Length: > 0 } name, { Length: > 0 } version] => $"api/v1/data/{Uri.EscapeDataString(name)}/versions/{Uri.EscapeDataString(version)}",
            _ => throw SlipwayException.Invalid($"'{reference}' is no data version; write NAME:VERSION, such as flights:3."),
        };
    }
}
