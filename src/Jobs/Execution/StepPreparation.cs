using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Compute;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Planning;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Lays out what a step finds when it starts: its inputs on disk, empty outputs, its settings filled in.</summary>
internal sealed class StepPreparation(ContentStore content)
{
    public async Task<StepRun> PrepareAsync(
        JobRecord job, int position, Run run, IReadOnlyList<ResolvedInput> resolved, StepFolders folders, StepLog log,
        CancellationToken ct)
    {
        var step = job.Plan.Steps[position];
        var inputs = new Dictionary<string, StepInput>(StringComparer.OrdinalIgnoreCase);
        foreach (var input in resolved.Where(input => !input.IsMissing))
            inputs[input.Name] = await PlaceAsync(input, folders, step, ct);
        var outputs = step.Outputs.ToDictionary(
            output => output.Name, output => folders.Output(output.Name), StringComparer.OrdinalIgnoreCase);
        return new StepRun
        {
            Caller = job.Caller,
            StepId = job.StepId(position),
            JobName = job.Name,
            RunId = run.Id,
            Inputs = inputs,
            OutputFolders = outputs,
            Settings = await SettingsAsync(step, inputs, outputs, folders, ct),
            WorkFolder = folders.Work,
            Log = log,
            Job = job,
            Step = step,
            Run = run,
            StepLog = log,
            Resolved = resolved,
            Folders = folders,
        };
    }

    /// <summary>Where a process writes an output: the folder, or the file in it for uri_file.</summary>
    public static string OutputPath(PlannedOutput output, string folder) =>
        output.Type == "uri_file" ? Path.Combine(folder, output.Name) : folder;

    /// <summary>What an expression of a step's own inputs and outputs stands for; null for others.</summary>
    public static string? Value(
        Expression expression, PlannedStep step, IReadOnlyDictionary<string, StepInput> inputs, IReadOnlyDictionary<string, string> outputs) =>
        expression.Kind switch
        {
            ExpressionKind.Input => inputs.TryGetValue(expression.Name, out var input)
                ? input.Literal ?? input.Path ?? input.Node ?? ""
                : "",
            ExpressionKind.Output => step.Outputs.FirstOrDefault(output =>
                output.Name.Equals(expression.Name, StringComparison.OrdinalIgnoreCase)) is { } found
                ? OutputPath(found, outputs[found.Name])
                : throw SlipwayException.Invalid($"The step has no output '{expression.Name}'."),
            _ => null,
        };

    private async Task<StepInput> PlaceAsync(ResolvedInput input, StepFolders folders, PlannedStep step, CancellationToken ct) => new()
    {
        Name = input.Name,
        Literal = input.Literal,
        Tree = input.Tree,
        Path = input.Tree is { } tree && !step.Coordinates
            ? await PlaceAsync(folders, tree, folders.Input(input.Name), input.Type == "uri_file", input.LocalName, step.Kind is not ("command" or "parallel"), ct)
            : null,
        Data = input.Data,
        Model = input.Model,
        Node = input.Node,
    };

    /// <param name="localName">A tree that holds one file of this name was a file.</param>
    /// <param name="isTrusted">Slipway's own code reads and does not write: links do, and cost nothing.</param>
    private async Task<string> PlaceAsync(
        StepFolders folders, Digest tree, string folder, bool wantsFile, string? localName, bool isTrusted, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);

        // What an adopted folder holds is there since its attempt began.
        if (!folders.IsAdopted && isTrusted)
            await LinkAsync(tree, folder, ct);
        else if (!folders.IsAdopted)
            await content.MaterializeAsync(tree, folder, ct);
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Take(2).ToArray();
        return files.Length == 1 && (wantsFile || files[0] == Path.Combine(folder, localName ?? "")) ? files[0] : folder;
    }

    private async Task LinkAsync(Digest tree, string folder, CancellationToken ct)
    {
        foreach (var file in (await content.GetTreeAsync(tree, ct)).Entries)
        {
            var link = Path.Combine(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, await content.LocalFileAsync(file.Digest, ct));
        }
    }

    private async Task<JsonObject> SettingsAsync(
        PlannedStep step, Dictionary<string, StepInput> inputs, Dictionary<string, string> outputs, StepFolders folders,
        CancellationToken ct)
    {
        var known = WithoutOptional(step.Settings, inputs);
        var settings = (JsonObject)Placeholders.Fill(known, expression => Value(expression, step, inputs, outputs))!;
        foreach (var (field, file) in step.Files)
        {
            var path = await PlaceAsync(folders, file.Tree, folders.File(field), wantsFile: false, file.Name, isTrusted: true, ct);
            JsonNode? owner = settings;
            var names = field.Split('.');
            foreach (var name in names[..^1])
                owner = owner?[name];
            if (owner is JsonObject map)
                map[names[^1]] = path;
        }

        return settings;
    }

    private static JsonObject WithoutOptional(JsonObject settings, Dictionary<string, StepInput> inputs)
    {
        if (settings["command"]?.GetValueKind() != System.Text.Json.JsonValueKind.String)
            return settings;

        var known = (JsonObject)settings.DeepClone();
        known["command"] = Placeholders.KeepOptional(known["command"]!.GetValue<string>(), inputs.ContainsKey);
        return known;
    }
}
