using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Compute.Python;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>A command line, as Azure ML's command jobs and components run it.</summary>
internal sealed class CommandStep(
    ComputeChoice computes, CommandEnvironment variables, PythonEnvironments python, StepArtifacts artifacts) : IStepKind
{
    public string Name => "command";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("command", FieldType.Text, Required: true, "The command line, run by bash in a copy of the code."),
        new("code", FieldType.File, Required: false, "The folder whose content becomes the working directory."),
        new("environment", FieldType.Map, Required: false, "What it runs in: Python packages, or an image where containers are on."),
        new("distribution", FieldType.Map, Required: false, "How several processes share the work."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        // What a command needs beyond the contract (its job, its variables, a log that takes bytes) is the executor's.
        var run = (StepRun)step;
        RefuseDistribution(run.Settings);
        var wanted = TaskEnvironment.Of(run.Step, run.Settings);
        var target = computes.Of(run.Step, wanted, run.StepLog.WriteLine);
        var folder = PrepareFolder(run);
        try
        {
            var programs = target.RunsImages ? null : await python.PrepareAsync(wanted, run.StepLog, ct);
            var code = await target.RunAsync(
                new ComputeTask
                {
                    RunId = run.RunId,
                    Command = run.Settings["command"]!.GetValue<string>(),
                    Folders = run.Folders,
                    WorkingFolder = folder,
                    Variables = variables.Of(run, programs),
                    Environment = wanted,
                    Resources = TaskResources.Read(run.Step.Resources),
                    Log = run.StepLog,
                },
                ct);
            if (code != 0)
                throw SlipwayException.Conflict($"The command {ExitWords.Tell(code)}{LastLine(run.StepLog)}");
        }
        finally
        {
            await artifacts.KeepFolderAsync(run.Caller, run.RunId, "outputs", Path.Combine(folder, "outputs"));
            await artifacts.KeepFolderAsync(run.Caller, run.RunId, "logs", Path.Combine(folder, "logs"));
        }
    }

    private static string LastLine(StepLog log) => log.LastLine() is { } line ? $". Its last words: {line}" : ".";

    private static string PrepareFolder(StepRun run)
    {
        var folder = run.Folders.Code;
        if (run.Folders.IsAdopted)
            return folder;
        if (run.Settings["code"]?.GetValue<string>() is { } code)
            Copy(code, folder);
        return folder;
    }

    /// <summary>A copy that the command may change: the materialised files are shared with the content store.</summary>
    private static void Copy(string code, string folder)
    {
        var files = File.Exists(code) ? [code] : Directory.EnumerateFiles(code, "*", SearchOption.AllDirectories);
        var root = File.Exists(code) ? Path.GetDirectoryName(code)! : code;
        foreach (var file in files)
        {
            var target = Path.Combine(folder, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
            if (!OperatingSystem.IsWindows())
            {
                // Trees keep no modes; a script that calls its neighbour must be able to.
                File.SetUnixFileMode(
                    target,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                    | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            }
        }
    }

    private static void RefuseDistribution(JsonObject settings)
    {
        if (settings["distribution"] is not JsonObject distribution)
            return;

        var count = distribution["process_count_per_instance"]?.ToString() ?? distribution["worker_count"]?.ToString() ?? "1";
        if (int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var processes) && processes > 1)
        {
            throw new SlipwayException(
                ErrorCode.NotImplemented,
                $"distribution asks for {processes} processes; local compute runs one. Set it to 1 or leave distribution out.");
        }
    }
}
