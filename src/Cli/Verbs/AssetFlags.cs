using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>What makes a version of data or of a model: Azure ML's YAML, and flags, which win over it.</summary>
/// <param name="kind">data or model.</param>
internal sealed class AssetFlags(string kind, string what, string version, string path, string type)
{
    private readonly Option<string?> _file = new("--file", "-f") { Description = $"Azure ML's YAML of {what}." };
    private readonly Option<string?> _name = new("--name", "-n") { Description = $"The name of {what}." };
    private readonly Option<string?> _version = new("--version", "-v") { Description = version };
    private readonly Option<string?> _path = new("--path", "-p") { Description = path };
    private readonly Option<string?> _type = new("--type", "-t") { Description = type };
    private readonly Option<string?> _description = new("--description", "-d") { Description = "What it is." };
    private readonly Option<string[]> _tags = new("--tags") { Description = "KEY=VALUE …", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _datastore = new("--datastore") { Description = "Where Azure ML uploads to; here the content store keeps the files, and the datastore gets no copy." };
    private readonly Option<string[]> _set = DefinitionOptions.Set();

    public IEnumerable<Option> All => [_file, _name, _version, _path, _type, _description, _tags, _datastore, _set];

    /// <summary>The definition, and the folder that its path starts from.</summary>
    public (JsonObject Definition, string Folder) Read(ParseResult parsed)
    {
        var file = parsed.GetValue(_file);
        if (file is not null && !File.Exists(file))
            throw SlipwayException.Invalid($"--file: there is no file '{file}'.");
        DefinitionEdit[] edits =
        [
            .. parsed.GetValue(_set) ?? [],
            .. DefinitionEdit.Option("name", parsed.GetValue(_name)), .. DefinitionEdit.Option("version", parsed.GetValue(_version)), .. DefinitionEdit.Option("path", parsed.GetValue(_path)),
            .. DefinitionEdit.Option("type", parsed.GetValue(_type)), .. DefinitionEdit.Option("description", parsed.GetValue(_description)),
            .. DefinitionEdit.Option("datastore", parsed.GetValue(_datastore)),
            .. (parsed.GetValue(_tags) ?? []).Select(tag => new DefinitionEdit($"tags.{tag}", $"--tags {tag}")),
        ];
        if (file is null && !Array.Exists(edits, edit => edit.Text.StartsWith("path=", StringComparison.Ordinal)))
            throw SlipwayException.Invalid("--path: say which file or folder, or give a definition with --file.");
        var definition = Definitions.Read(new DefinitionFile
        {
            Yaml = file is null ? "{}" : File.ReadAllText(file),
            Source = file is null ? "the command line" : Path.GetFileName(file),
            Kind = kind,
            Edits = edits,
        });
        return (definition, file is null || parsed.GetValue(_path) is not null ? "." : Path.GetDirectoryName(Path.GetFullPath(file))!);
    }

    /// <summary>Who names a datastore other than the default one expects the files there.</summary>
    public static async Task TellDatastoreAsync(SlipwayClient client, JsonObject definition, OutputStyle format, CancellationToken ct)
    {
        if (definition["datastore"]?.ToString() is not { } datastore)
            return;
        var name = datastore.StartsWith("azureml:", StringComparison.Ordinal) ? datastore["azureml:".Length..] : datastore;
        if (name == "workspaceblobstore")
            return;
        await client.GetAsync($"api/v1/datastores/{Uri.EscapeDataString(name)}", ct);
        await format.Error.WriteLineAsync($"[The content store keeps the files; datastore '{name}' gets no copy. To write one there: slipway data export.]");
    }

    public static string Name(JsonObject definition, string what) =>
        (string?)definition["name"] ?? throw SlipwayException.Invalid($"--name: {what} has no name; give one here or in the file.");

    /// <summary>The file or folder of this machine.</summary>
    public static string Local(string folder, string path)
    {
        var local = Path.GetFullPath(Path.Combine(folder, path.StartsWith("file:", StringComparison.Ordinal) ? path["file:".Length..] : path));
        return File.Exists(local) || Directory.Exists(local)
            ? local
            : throw SlipwayException.Invalid($"--path: there is no file or folder '{path}'.");
    }
}
