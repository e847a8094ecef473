using System.Globalization;

namespace Slipway.Jobs.Compute.Local;

/// <summary>
/// Control groups (version 2) for steps, below the group of this process. It moves itself into a group beside them, since a
/// group whose children are limited may not hold processes of its own.
/// </summary>
internal sealed class Cgroup
{
    private const int PeriodMicroseconds = 100_000;

    private readonly string _folder;

    private Cgroup(string folder) => _folder = folder;

    /// <summary>The file to which a process writes its id to be limited.</summary>
    public string Processes => Path.Combine(_folder, "cgroup.procs");

    /// <summary>Whether a process in it was ended for its memory.</summary>
    public bool RanOutOfMemory => File.Exists(Path.Combine(_folder, "memory.events"))
        && File.ReadLines(Path.Combine(_folder, "memory.events"))
            .Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal));

    /// <summary>The group of this process, ready to hold limited ones; null, with the reason, when this machine does not let it.</summary>
    public static string? FindParent(out string reason)
    {
        try
        {
            var own = File.ReadLines("/proc/self/cgroup").FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal));
            var mount = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).FirstOrDefault(parts => parts[2] == "cgroup2");
            if (own is null || mount is null)
            {
                reason = "this machine has no cgroup v2";
                return null;
            }

            return Delegate(Path.Join(mount[1], own[3..]), out reason);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            reason = $"cgroup v2 may not be used ({exception.Message.TrimEnd('.')})";
            return null;
        }
    }

    public static Cgroup Create(string parent, string name, TaskResources limits)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        var group = new Cgroup(folder);
        try
        {
            if (limits.MemoryBytes is { } memory)
            {
                group.Write("memory.max", memory.ToString(CultureInfo.InvariantCulture));
                if (File.Exists(Path.Combine(folder, "memory.swap.max")))
                    group.Write("memory.swap.max", "0");
            }

            if (limits.Processors is { } processors)
                group.Write("cpu.max", string.Create(CultureInfo.InvariantCulture, $"{(long)(processors * PeriodMicroseconds)} {PeriodMicroseconds}"));
            return group;
        }
        catch
        {
            group.Delete();
            throw;
        }
    }

    /// <summary>Ends what is still in it.</summary>
    public void Delete()
    {
        try
        {
            if (File.Exists(Path.Combine(_folder, "cgroup.kill")))
                Write("cgroup.kill", "1");
            Directory.Delete(_folder);
        }
        catch (IOException)
        {
            // Its last process is not gone yet; an empty group costs nothing.
        }
    }

    private static string? Delegate(string group, out string reason)
    {
        var controllers = File.ReadAllText(Path.Combine(group, "cgroup.controllers")).Split(' ', '\n');
        if (!controllers.Contains("memory") || !controllers.Contains("cpu"))
        {
            reason = "cgroup v2 does not manage memory and processors here";
            return null;
        }

        var own = Directory.CreateDirectory(Path.Combine(group, "slipway-server")).FullName;
        File.WriteAllText(Path.Combine(own, "cgroup.procs"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(Path.Combine(group, "cgroup.subtree_control"), "+cpu +memory");
        reason = "";
        return group;
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);
}
