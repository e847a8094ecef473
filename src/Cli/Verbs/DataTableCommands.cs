using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data profile, test and suggest-tests: what the columns of a version hold, and whether they should.</summary>
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
            else if (format.IsForPeople)
                await format.Out.WriteAsync(await client.GetTextAsync($"{path}?format=text", ct));
            else
                Printer.Show(await client.GetAsync(path, ct), format);
            return 0;
        });
    }

    public static Command Test()
    {
        var asset = Asset();
        var file = new Option<string>("--file", "-f") { Description = "The suite: a YAML file of expectations.", Required = true };
        return ApiVerb.Create("test", "Test a version by a suite and keep the result; exit code 1 when it does not pass.", [asset, file], async (client, parsed, format, ct) =>
        {
            var (name, version) = Reference(parsed.GetValue(asset)!);
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
            var body = new JsonObject
            {
                ["name"] = name,
                ["version"] = version,
                ["suite"] = await File.ReadAllTextAsync(path, ct),
                ["source"] = Path.GetFileName(path),
            };
            var run = (await client.PostAsync("api/v1/data-tests", body, ct))!;
            if (!format.IsForPeople)
                Printer.Show(run, format);
            else
                Printer.List(run["expectations"]!.AsArray(), ["passed", "severity", "failed", "evaluated", "message"], format);
            return run["passed"]!.GetValue<bool>() ? 0 : 1;
        });
    }

    public static Command SuggestTests()
    {
        var asset = Asset();
        return ApiVerb.Create("suggest-tests", "Write a suite that this version passes, to be read and cut: … > suite.yml.", [asset], async (client, parsed, format, ct) =>
        {
            await format.Out.WriteAsync(await client.GetTextAsync($"{VersionPath(parsed.GetValue(asset)!)}/suggested-tests", ct));
            return 0;
        });
    }

    public static Command Diff()
    {
        var asset = new Argument<string>("from") { Description = "NAME:VERSION." };
        var to = new Argument<string?>("to") { Description = "The other version of this asset; the latest unless given.", Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string?>("--key") { Description = "Columns that name a row, with commas between: rows are matched by them. Default: rows are counted as they are." };
        return ApiVerb.Create("diff", "Show in which files, columns, rows and statistics two versions differ.", [asset, to, key], async (client, parsed, format, ct) =>
        {
            var path = $"{VersionPath(parsed.GetValue(asset)!)}/diff?to={Uri.EscapeDataString(parsed.GetValue(to) ?? "latest")}";
            if (parsed.GetValue(key) is { } columns)
                path += $"&key={Uri.EscapeDataString(columns)}";
            if (format.IsForPeople)
                await format.Out.WriteAsync(await client.GetTextAsync($"{path}&format=text", ct));
            else
                Printer.Show(await client.GetAsync(path, ct), format);
            return 0;
        });
    }

    private static Argument<string> Asset() => new("asset") { Description = "NAME:VERSION or NAME@LABEL; the latest version of NAME when there is none." };

    private static string VersionPath(string reference)
    {
        var (name, version) = Reference(reference);
        return $"api/v1/data/{Uri.EscapeDataString(name)}/versions/{Uri.EscapeDataString(version)}";
    }

    // "flights:3", "flights@latest", "flights", as jobs write it, "azureml:flights:3", and as SQL and lineage do, "data:flights@3".
    internal static (string Name, string Version) Reference(string reference)
    {
        const string Scheme = "azureml:";
        var plain = reference.StartsWith(Scheme, StringComparison.Ordinal) ? reference[Scheme.Length..] : reference;
        return plain.Split(':', '@') switch
        {
            [{ Length: > 0 } name] => (name, "latest"),
            [{ Length: > 0 } name, { Length: > 0 } version] => (name, version),
            ["data", { Length: > 0 } name, { Length: > 0 } version] => (name, version),
            _ => throw SlipwayException.Invalid($"'{reference}' is no data version; write NAME:VERSION, such as flights:3."),
        };
    }
}
