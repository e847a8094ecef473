using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Versioning.Dvc;

/// <summary>slipway data dvc import|export.</summary>
internal static class DvcCommands
{
    private static readonly string[] s_columns = ["asset", "version", "path", "state"];

    public static Command Create() => new("dvc", "Take data over from DVC, and give it back.")
    {
        Import(),
        Export(),
    };

    private static Command Import()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Files that end with .dvc, or dvc.lock. Default: all below the current folder.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var name = new Option<string?>("--name", "-n") { Description = "The asset's name, when there is one output. Default: the output's name." };
        return ApiVerb.Create("import", "Make versions of what DVC's files name, from its cache, its remotes that are folders, or its work tree.", [files, name, Cache()], async (client, parsed, format, ct) =>
        {
            var outputs = Given(parsed.GetValue(files) ?? []).SelectMany(DvcOutput.Read).DistinctBy(output => output.Path).ToList();
            if (outputs.Count == 0)
                throw SlipwayException.Invalid("There is no output of DVC here: name a .dvc file or a dvc.lock.");
            if (parsed.GetValue(name) is not null && outputs.Count > 1)
                throw SlipwayException.Invalid($"--name: there are {outputs.Count} outputs; name one .dvc file.");

            var exchange = new DvcExchange(client, parsed.GetValue<string?>("--cache"));
            var rows = new JsonArray();
            foreach (var output in outputs)
                rows.Add(await exchange.ImportAsync(output, parsed.GetValue(name) ?? DataPointer.AssetNameOf(output.Path), ct));
            Printer.List(rows, s_columns, format);
            return 0;
        });
    }

    private static Command Export()
    {
        var name = new Option<string>("--name", "-n") { Description = "The asset's name.", Required = true };
        var version = new Option<string>("--version", "-v") { Description = "A version of the asset.", DefaultValueFactory = _ => "latest" };
        var path = new Option<string>("--path") { Description = "Where its files go; PATH.dvc is written beside it.", Required = true };
        return ApiVerb.Create("export", "Write a version to a path, into DVC's cache, and as a .dvc file.", [name, version, path, Cache()], async (client, parsed, format, ct) =>
        {
            var exchange = new DvcExchange(client, parsed.GetValue<string?>("--cache"));
            Printer.Show(await exchange.ExportAsync(parsed.GetValue(name)!, parsed.GetValue(version)!, parsed.GetValue(path)!, ct), format);
            return 0;
        });
    }

    private static Option<string?> Cache() => new("--cache") { Description = "DVC's cache. Default: as .dvc/config says, or .dvc/cache." };

    private static IEnumerable<string> Given(string[] files) => files.Length > 0
        ? files
        : Directory.EnumerateFiles(Environment.CurrentDirectory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden })
            .Where(file => Path.GetFileName(file) is var found && (found == "dvc.lock" || (found.EndsWith(".dvc", StringComparison.Ordinal) && found.Length > 4)));
}
