using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Compute;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Parallel;

/// <summary>
/// An entry script's init() and run(mini_batch), as Azure ML's parallel steps have them: a driver in Python splits the input and
/// hands the mini-batches to worker processes. What is done survives the death of this process.
/// </summary>
internal sealed class ParallelStep(CommandRunner commands) : IStepKind
{
    private const string Driver = "driver.py";

    public string Name => "parallel";

    public IReadOnlyList<StepField> Fields => [];

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var run = (StepRun)step;
        var task = run.Settings["task"]!.AsObject();
        var folder = Directory.CreateDirectory(Path.Combine(run.WorkFolder, "parallel")).FullName;
        if (!run.Folders.IsAdopted)
            await WriteDriverAsync(Path.Combine(folder, Driver), ct);
        await commands.RunAsync(
            run,
            task["code"]?.GetValue<string>(),
            async place =>
            {
                var spec = Path.Combine(folder, "spec.json");
                await File.WriteAllTextAsync(spec, Spec(run, task, place.Folder, folder).ToJsonString(), ct);

                // From here on another attempt may go on with what this one has done.
                await File.WriteAllTextAsync(run.Folders.Resumable, "", ct);
                return $"exec python '{Path.Combine(folder, Driver)}' '{spec}'";
            },
            ct);
        File.Delete(run.Folders.Resumable);
    }

    private static JsonObject Spec(StepRun run, JsonObject task, string code, string state)
    {
        var settings = run.Settings;
        var input = Input(run);
        var script = Path.GetFullPath(Path.Combine(code, task["entry_script"]!.GetValue<string>()));
        if (!script.StartsWith(code + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(script))
            throw SlipwayException.Invalid($"task.entry_script: there is no '{task["entry_script"]}' in the code.");
        var (arguments, engine) = EntryArguments.Read(task["program_arguments"]?.ToString() ?? "");
        return new JsonObject
        {
            ["entry_script"] = script,
            ["arguments"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
            ["input"] = input.Path,
            ["dataset"] = input.Name,
            ["table"] = Table(input.Path!),
            ["mini_batch_size"] = settings["mini_batch_size"]?.ToString(),
            ["partition_keys"] = settings["partition_keys"]?.DeepClone(),
            ["mini_batch_error_threshold"] = Number(settings["mini_batch_error_threshold"]) ?? -1,
            ["error_threshold"] = Number(settings["error_threshold"]) ?? engine.ErrorThreshold ?? -1,
            ["allowed_failed_count"] = engine.AllowedFailedCount,
            ["allowed_failed_percent"] = engine.AllowedFailedPercent ?? 100,
            ["max_retries"] = Number(settings["retry_settings"]?["max_retries"]) ?? 2,
            ["timeout"] = Number(settings["retry_settings"]?["timeout"]) ?? 60,
            ["processes"] = Processes(run),
            ["append_row_to"] = task["append_row_to"]?.ToString(),
            ["logging_level"] = settings["logging_level"]?.ToString(),
            ["state"] = state,
        };
    }

    private static StepInput Input(StepRun run)
    {
        var expression = ExpressionReader.Read(run.Step.Settings["input_data"]!.ToString(), _ => { }).Expressions
            .FirstOrDefault(found => found.Kind == ExpressionKind.Input)
            ?? throw SlipwayException.Invalid("input_data must name an input of the step: ${{inputs.x}}.");
        return run.Inputs.GetValueOrDefault(expression.Name) is { Path: not null } input
            ? input
            : throw SlipwayException.Invalid($"input_data: the input '{expression.Name}' is no data that can be split.");
    }

    // Python has no YAML of its own.
    private static JsonObject? Table(string input)
    {
        var file = Path.Combine(input, "MLTable");
        return File.Exists(file)
            ? Contracts.Definitions.Read(new DefinitionFile { Yaml = File.ReadAllText(file), Source = "MLTable", Kind = "mltable" })
            : null;
    }

    private static int Processes(StepRun run)
    {
        var nodes = Number(run.Step.Resources?["instance_count"]) ?? 1;
        var each = Number(run.Settings["max_concurrency_per_instance"]) ?? Environment.ProcessorCount;
        if (nodes > 1)
            run.Log.WriteLine($"[instance_count: the {nodes} x {each} worker processes run on one machine.]");
        return nodes * each;
    }

    private static int? Number(JsonNode? value) => value is null ? null
        : int.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw SlipwayException.Invalid($"'{value}' must be a whole number.");

    private static async Task WriteDriverAsync(string path, CancellationToken ct)
    {
        await using var source = typeof(ParallelStep).Assembly.GetManifestResourceStream("Slipway.Jobs.Parallel.driver.py")!;
        await using var target = File.Create(path);
        await source.CopyToAsync(target, ct);
    }
}
