using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>
/// slipway compute create, update, delete: nearly every script for Azure ML begins by making a cluster. Slipway has none to make, and what
/// names one runs on this machine: so these check what they are given, say so, and let the script go on.
/// </summary>
internal static class ClusterVerbs
{
    // What of a cluster az ml takes as an option.
    private static readonly string[] s_fields = ["size", "location", "tier", "min_instances", "max_instances", "idle_time_before_scale_down"];

    public static Command Save(string verb)
    {
        var file = new Option<string?>("--file", "-f") { Description = "Azure ML's YAML of the compute." };
        var name = new Option<string?>("--name", "-n") { Description = "The compute's name." };
        var type = new Option<string?>("--type", "-t") { Description = "amlcompute, computeinstance, …" };
        var set = DefinitionOptions.Set();
        var (identity, assigned) = (new Option<string?>("--identity-type") { Hidden = true }, new Option<string?>("--user-assigned-identities") { Hidden = true });
        var fields = s_fields.ToDictionary(field => field, field => new Option<string?>($"--{field.Replace('_', '-')}") { Hidden = true });
        return ApiVerb.Create(
            verb, "Check the definition of a cluster, for scripts of az; nothing is made, since jobs that name it run on this machine.",
            [file, name, type, set, identity, assigned, .. fields.Values],
            (_, parsed, format, _) =>
            {
                DefinitionEdit[] edits =
                [
                    .. parsed.GetValue(set) ?? [], .. DefinitionEdit.Option("name", parsed.GetValue(name)), .. DefinitionEdit.Option("type", parsed.GetValue(type)),
                    .. Identity(parsed.GetValue(identity), parsed.GetValue(assigned)),
                    .. fields.SelectMany(field => DefinitionEdit.Option(field.Key, parsed.GetValue(field.Value))),
                ];
                var definition = Read(parsed.GetValue(file), edits);
                format.Error.WriteLine($"[Nothing is made: jobs that name '{definition["name"]}' run on this machine.]");
                definition["provisioning_state"] = "Succeeded";
                Printer.Show(definition, format);
                return Task.FromResult(0);
            });
    }

    public static Command Delete()
    {
        var name = new Option<string>("--name", "-n") { Description = "The compute's name.", Required = true };
        return ApiVerb.Create("delete", "For scripts of az; there is no cluster to delete.", [name], (_, parsed, format, _) =>
        {
            format.Error.WriteLine($"[There is no cluster '{parsed.GetValue(name)}' that could be deleted.]");
            return Task.FromResult(0);
        });
    }

    private static IEnumerable<DefinitionEdit> Identity(string? type, string? assigned)
    {
        if (type is not null)
            yield return new DefinitionEdit($"identity.type={type}", "--identity-type");
        if (assigned is null)
            yield break;
        var ids = new JsonArray([.. assigned.Split(',').Select(id => new JsonObject { ["resource_id"] = id.Trim() })]);
        yield return new DefinitionEdit($"identity.user_assigned_identities={ids.ToJsonString()}", "--user-assigned-identities");
    }

    private static JsonObject Read(string? file, DefinitionEdit[] edits)
    {
        if (file is not null && !File.Exists(file))
            throw SlipwayException.Invalid($"--file: there is no file '{file}'.");
        return Definitions.Read(new DefinitionFile
        {
            Yaml = file is null ? "{}" : File.ReadAllText(file),
            Source = file is null ? "the command line" : Path.GetFileName(file),
            Kind = "compute",
            Edits = edits,
        });
    }
}
