using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Local;

/// <summary>How a command of this machine is kept within its resources: by a cgroup where it can be, else by rlimit.</summary>
internal sealed class LocalLimits
{
    // The shell that becomes the command enters the group first, and so all that it starts.
    private const string Enter = "echo $$ > \"$1\" && exec bash -c \"$2\"";
    private const string Bound = "ulimit -v \"$1\" && exec bash -c \"$2\"";

    private readonly Lazy<(string? Group, string Reason)> _parent = new(() => (Cgroup.FindParent(out var reason), reason));

    /// <returns>The arguments of bash, and the group (null: none).</returns>
    public (string[] Arguments, Cgroup? Group) Of(ComputeTask task)
    {
        var limits = task.Resources;
        if (!limits.HasLimits)
            return (["-c", task.Command], null);
        if (_parent.Value.Group is { } parent && TryCreate(parent, task) is { } group)
            return (["-c", Enter, "bash", group.Processes, task.Command], group);

        if (limits.Processors is not null)
            task.Log.WriteLine($"[The processors of this command are not limited: {_parent.Value.Reason}.]");
        if (limits.MemoryBytes is not { } memory)
            return (["-c", task.Command], null);

        task.Log.WriteLine(
            $"[Each process may take {memory / (1024 * 1024)} MiB of address space (rlimit), not all of them together: {_parent.Value.Reason}.]");
        return (["-c", Bound, "bash", (memory / 1024).ToString(CultureInfo.InvariantCulture), task.Command], null);
    }

    public static SlipwayException OverMemory(ComputeTask task) => SlipwayException.Conflict(
        $"The command was ended because it took more memory than the {task.Resources.MemoryBytes / (1024 * 1024)} MiB that its resources allow.");

    private static Cgroup? TryCreate(string parent, ComputeTask task)
    {
        try
        {
            return Cgroup.Create(parent, $"slipway-{task.RunId}", task.Resources);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            task.Log.WriteLine($"[No control group could be made: {exception.Message}]");
            return null;
        }
    }
}
