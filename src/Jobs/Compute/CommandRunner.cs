using Slipway.Jobs.Compute.Python;
using Slipway.Jobs.Compute.SystemMetrics;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>Where a command will run.</summary>
/// <param name="Folder">Its working folder, with the code.</param>
/// <param name="HasNodes"><see cref="IComputeTarget.HasNodes"/>.</param>
internal sealed record CommandPlace(string Folder, bool HasNodes);

/// <summary>Runs a command in a copy of a step's code, where and in what its definition says.</summary>
internal sealed class CommandRunner(
    ComputeChoice computes, CommandEnvironment variables, PythonEnvironments python, StepArtifacts artifacts, SystemMetricsLog systemMetrics)
{
    /// <param name="code">The folder or file that is copied; null: none.</param>
    /// <param name="command">Makes the command line.</param>
    public async Task RunAsync(StepRun run, string? code, Func<CommandPlace, Task<string>> command, CancellationToken ct)
    {
        var wanted = TaskEnvironment.Of(run.Step, run.Settings);
        var target = computes.Of(run.Step, wanted, run.StepLog.WriteLine);
        var measured = SystemMetricsSettings.Of(run.Step.EnvironmentVariables, Environment.GetEnvironmentVariable);
        var folder = run.Folders.Code;
        if (!run.Folders.IsAdopted)
            CopyAll(run, code, folder);
        try
        {
            var programs = target.RunsImages ? null : await python.PrepareAsync(wanted, run.StepLog, ct);
            var ended = await target.RunAsync(
                new ComputeTask
                {
                    RunId = run.RunId,
                    Command = await command(new CommandPlace(folder, target.HasNodes)),
                    Folders = run.Folders,
                    WorkingFolder = folder,
                    Variables = variables.Of(run, programs),
                    Environment = wanted,
                    Resources = TaskResources.Read(run.Step.Resources),
                    Watch = measured is null
                        ? null
                        : (session, token) => systemMetrics.WatchAsync(run.Caller, run.RunId, session, folder, measured, token),
                    Measure = measured is null
                        ? null
                        : new TaskMeasure(measured, (values, point, token) => systemMetrics.ReportAsync(run.Caller, run.RunId, values, point, token)),
                    Log = run.StepLog,
                },
                ct);
            if (ended != 0)
                throw SlipwayException.Conflict($"The command {ExitWords.Tell(ended)}{LastWords.Of(run.StepLog.LastLines())}");
        }
        finally
        {
            await artifacts.KeepFolderAsync(run.Caller, run.RunId, "outputs", Path.Combine(folder, "outputs"));
            await artifacts.KeepFolderAsync(run.Caller, run.RunId, "logs", Path.Combine(folder, "logs"));
        }
    }

    private static void CopyAll(StepRun run, string? code, string folder)
    {
        if (code is not null)
            Copy(code, folder);
        foreach (var (field, file) in run.Step.Files.Where(file => file.Key.StartsWith("additional_includes", StringComparison.Ordinal)))
        {
            var included = run.Settings[field]!.GetValue<string>();
            Copy(included, File.Exists(included) ? folder : Path.Combine(folder, file.Name));
        }
    }

    /// <summary>A copy that the command may change: the materialised files are shared with the content store.</summary>
    private static void Copy(string code, string folder)
    {
        var files = File.Exists(code) ? [code] : Directory.EnumerateFiles(code, "*", SearchOption.AllDirectories);
        var root = File.Exists(code) ? Path.GetDirectoryName(code)! : code;
        foreach (var file in files)
        {
            var target = Path.Combine(folder, Path.GetRelativePath(root, file));
            if (Directory.Exists(target))
                throw SlipwayException.Invalid($"The code has a file '{Path.GetFileName(target)}', where a command finds a folder of this name for what it writes; rename the file.");
            if (File.Exists(target))
                throw SlipwayException.Invalid($"additional_includes brings '{Path.GetRelativePath(folder, target)}', which the code has already; rename one of them.");
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
}
