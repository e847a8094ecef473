using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>A command line, as Azure ML's command jobs and components run it.</summary>
internal sealed class CommandStep(
    Policies<IComputeTarget> targets, CommandEnvironment environment, StepArtifacts artifacts) : IStepKind
{
    public string Name => "command";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("command", FieldType.Text, Required: true, "The command line, run by bash in a copy of the code."),
        new("code", FieldType.File, Required: false, "The folder whose content becomes the working directory."),
        new("environment", FieldType.Map, Required: false, "The environment; local compute uses this machine's own."),
        new("distribution", FieldType.Map, Required: false, "How several processes share the work."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        // What a command needs beyond the contract (its job, its variables, a log that takes bytes) is the executor's.
        var run = (StepRun)step;
        RefuseDistribution(run.Settings);
        var folder = PrepareFolder(run);
        try
        {
            var code = await TargetOf(run).RunAsync(
                new ComputeTask
                {
                    Command = run.Settings["command"]!.GetValue<string>(),
                    WorkingFolder = folder,
                    Environment = environment.Of(run),
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

    private IComputeTarget TargetOf(StepRun run)
    {
        var name = run.Step.Compute is { } given ? given[(given.LastIndexOf(':') + 1)..] : "local";
        if (targets.Find(name) is { } target)
            return target;

        // Definitions name clusters of the cloud that they were written for; they run here all the same.
        if (name != "serverless")
            run.StepLog.WriteLine($"[There is no compute '{name}' here; the command runs on this machine.]");
        return targets.Get("compute", "local");
    }

    private static string PrepareFolder(StepRun run)
    {
        var folder = Path.Combine(run.WorkFolder, "code");
        Directory.CreateDirectory(folder);
        if (run.Settings["code"]?.GetValue<string>() is { } code)
            Copy(code, folder);
        Directory.CreateDirectory(Path.Combine(folder, "outputs"));
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
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
