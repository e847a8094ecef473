using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Etl.Contracts;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data import: the next version of an asset through a connection, as a job; and what became of such jobs.</summary>
internal static class DataImport
{
    private static readonly string[] s_columns = ["name", "status", "createdAt", "endedAt", "message"];

    public static Command Import()
    {
        var file = DefinitionOptions.File("the import");
        var name = new Option<string?>("--name", "-n") { Description = "The asset. Default: the one in the file." };
        var version = new Option<string?>("--version", "-v") { Description = "Default: the next integer." };
        var set = DefinitionOptions.Set();
        var stream = new Option<bool>("--stream", "-s") { Description = "Wait for the end; the log goes to stderr as it comes." };
        return ApiVerb.Create("import", "Import a version of a data asset through a connection.", [file, name, version, set, stream], async (client, parsed, format, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
            DefinitionEdit[] edits =
            [
                .. parsed.GetValue(set) ?? [],
                .. DefinitionEdit.Option("name", parsed.GetValue(name)), .. DefinitionEdit.Option("version", parsed.GetValue(version)),
            ];
            var source = Path.GetFileName(path);
            var import = ImportFile.Read(await File.ReadAllTextAsync(path, ct), source, edits);
            await client.GetAsync($"api/v1/connections/{Uri.EscapeDataString(ConnectionOf(import))}", ct);
            var nothing = new Dictionary<string, string>();
            var job = await client.Jobs.SubmitAsync(new Client.NewJob(ImportFile.JobYaml(import), source, null, nothing, nothing, nothing, null), ct);
            return await JobCommands.ShowAsync(client, job.Name, parsed.GetValue(stream), format, ct);
        });
    }

    public static Command Status()
    {
        var name = new Option<string>("--name", "-n") { Description = "The asset's name.", Required = true };
        return ApiVerb.Create("list-materialization-status", "List the imports of an asset, newest first.", [name], async (client, parsed, format, ct) =>
        {
            Printer.List(await JobList.ReadAsync(client, "", $"{ImportFile.Tag}={parsed.GetValue(name)}", int.MaxValue, ct), s_columns, format);
            return 0;
        });
    }

    private static string ConnectionOf(JsonObject import) => import["source"]!["connection"]!.ToString()["azureml:".Length..];
}
