using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Jobs.Compute.Distributed;
using Slipway.Jobs.Compute.SystemMetrics;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Slurm;

/// <summary>
/// Runs commands as jobs of a Slurm cluster, whose nodes see this server's home folder. A server that dies finds the job again:
/// the folder of the attempt stays, and says which one it is.
/// </summary>
internal sealed partial class SlurmCompute(TimeProvider time) : IComputeTarget
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    // A shared folder may show a file late, and Slurm tells the end before the script's last word is visible.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public string Name => "slurm";

    public string? Problem => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "sbatch")))
        ? null
        : "There is no sbatch on this machine; install Slurm's commands.";

    public bool HasNodes => true;

    public async Task<int> RunAsync(ComputeTask task, CancellationToken ct)
    {
        var isLeft = File.Exists(task.Folders.Detached);
        if (isLeft)
            task.Log.WriteLine("[The server was started again; it goes on with the Slurm job that it finds.]");
        var id = isLeft
            ? (await File.ReadAllTextAsync(task.Folders.Detached, ct)).Trim()
            : await SubmitAsync(task, ct);
        var output = new GrowingFile(Path.Combine(task.Folders.Work, "slurm.out"), task.Log);
        var metrics = task.Measure is { } measure ? new NodeMetrics(measure, task.Folders.Work, NodesOf(task), isLeft) : null;
        try
        {
            var code = await FollowAsync(task, id, output, metrics, ct);
            await (metrics?.ReadAsync(ct) ?? Task.CompletedTask);
            return code;
        }
        catch (OperationCanceledException)
        {
            await CancelAsync(id);
            output.Read();
            throw;
        }
        finally
        {
            File.Delete(task.Folders.Detached);
        }
    }

    // A command that is not spread runs on the first node.
    private static int NodesOf(ComputeTask task) => IsSpread(task) ? task.Resources.Machines : 1;

    private static bool IsSpread(ComputeTask task) => File.Exists(Launch.NodeScript(task.Folders.Work));

    private static string MeasureScript(ComputeTask task) => Path.Combine(task.Folders.Work, "measure.sh");

    private static async Task<string> SubmitAsync(ComputeTask task, CancellationToken ct)
    {
        var name = $"slipway-{task.RunId}";
        var script = Path.Combine(task.Folders.Work, "slurm.sh");
        if (task.Measure is not null)
            await NodeMetrics.WriteScriptAsync(MeasureScript(task), ct);
        await File.WriteAllTextAsync(script, Script(task), ct);

        // One that was submitted by a server that died before it could note the number.
        await SlurmCommands.TryAsync("scancel", ["--name", name], ct);
        var id = await SlurmCommands.RunAsync("sbatch", Arguments(task, name, script), ct);
        id = id.Split(';')[0];
        await File.WriteAllTextAsync(task.Folders.Detached, id, CancellationToken.None);
        task.Log.WriteLine($"[Slurm job {id}.]");
        return id;
    }

    private static List<string> Arguments(ComputeTask task, string name, string script)
    {
        var limits = task.Resources;
        var arguments = new List<string>
        {
            "--parsable", "--no-requeue", "--export=NONE", $"--job-name={name}", $"--chdir={task.WorkingFolder}",
            $"--output={Path.Combine(task.Folders.Work, "slurm.out")}",
        };
        if (limits.Partition is { } partition)
            arguments.Add($"--partition={partition}");
        if (limits.Machines > 1)
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"--nodes={limits.Machines}"));
        if (limits.Processors is { } processors)
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"--cpus-per-task={Math.Ceiling(processors)}"));
        if (limits.MemoryBytes is { } memory)
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"--mem={Math.Max(1, memory / (1024 * 1024))}M"));
        arguments.Add(script);
        return arguments;
    }

    private static string Script(ComputeTask task)
    {
        var script = new StringBuilder("#!/bin/bash\n");

        // Without the marker: a server that starts again on this machine ends all that carries it, and this is to go on.
        foreach (var (name, value) in task.Variables.Where(variable => variable.Key != ProcessTree.Marker && NamePattern().IsMatch(variable.Key)))
            script.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
        if (task.Measure is { } measure)
            script.Append(Measuring(task, measure));
        return script
            .Append("bash -c ").Append(Quote(task.Command)).Append('\n')
            .Append("code=$?\n")
            .Append("[[ -z ${measuring:-} ]] || kill $measuring\n")
            .Append("echo $code > ").Append(Quote(ExitFile(task) + ".part")).Append('\n')
            .Append("mv ").Append(Quote(ExitFile(task) + ".part")).Append(' ').Append(Quote(ExitFile(task))).Append('\n')
            .Append("exit $code\n")
            .ToString();
    }

    // Where the command is spread, each node's own script starts it.
    private static string Measuring(ComputeTask task, TaskMeasure measure)
    {
        var seconds = measure.Settings.Interval.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return IsSpread(task)
            ? $"export {NodeMetrics.Script}={Quote(MeasureScript(task))} {NodeMetrics.Seconds}={seconds}\n"
            : $"bash {Quote(MeasureScript(task))} {Quote(NodeMetrics.FileOf(task.Folders.Work, 0))} {seconds} &\nmeasuring=$!\n";
    }

    // What the shell takes for a name; others cannot be exported.
    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex NamePattern();

    private static string ExitFile(ComputeTask task) => Path.Combine(task.Folders.Work, "slurm.exit");

    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private async Task<int> FollowAsync(ComputeTask task, string id, GrowingFile output, NodeMetrics? metrics, CancellationToken ct)
    {
        DateTimeOffset? gone = null;
        while (true)
        {
            output.Read();
            if (File.Exists(ExitFile(task)))
            {
                output.Read();
                return int.Parse((await File.ReadAllTextAsync(ExitFile(task), ct)).Trim(), CultureInfo.InvariantCulture);
            }

            await (metrics?.ReadAsync(ct) ?? Task.CompletedTask);
            gone = await IsKnownAsync(id, ct) ? null : gone ?? time.GetUtcNow();
            if (time.GetUtcNow() - gone > s_patience)
                throw SlipwayException.Conflict($"Slurm job {id} is over without an exit code: {await TellEndAsync(id, ct)}.");
            await Task.Delay(s_look, time, ct);
        }
    }

    private static async Task<bool> IsKnownAsync(string id, CancellationToken ct)
    {
        var (code, output, error) = await SlurmCommands.TryAsync("squeue", ["--noheader", "--format=%T", "--jobs", id], ct);
        if (code == 0)
            return output.Length > 0;

        // A controller that is away for a moment has lost nothing.
        return !error.Contains("Invalid job id", StringComparison.Ordinal);
    }

    private static async Task<string> TellEndAsync(string id, CancellationToken ct)
    {
        var (code, output, _) = await SlurmCommands.TryAsync("scontrol", ["show", "job", "--oneliner", id], ct);
        var words = output.Split(' ').Where(word => word.StartsWith("JobState=", StringComparison.Ordinal)
            || word.StartsWith("Reason=", StringComparison.Ordinal) || word.StartsWith("ExitCode=", StringComparison.Ordinal));
        return code == 0 && output.Length > 0 ? string.Join(' ', words) : "Slurm does not know it any more";
    }

    private async Task CancelAsync(string id)
    {
        await SlurmCommands.TryAsync("scancel", [id], CancellationToken.None);
        var limit = time.GetUtcNow() + s_patience;
        while (await IsKnownAsync(id, CancellationToken.None) && time.GetUtcNow() < limit)
            await Task.Delay(s_look, time, CancellationToken.None);
    }
}
