using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Jobs.Compute;

/// <summary>
/// Ends processes with all that they started. A step leads a session of its own, so its process group is ended as one;
/// what left the group (a daemon) is found by the marker variable that each process of the step inherits.
/// </summary>
internal static partial class ProcessTree
{
    /// <summary>Each process of a step carries it: "owner/step". It must not be put into environment_variables.</summary>
    public const string Marker = "SLIPWAY_STEP_PROCESS";

    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>Asks the group to end.</summary>
    public static void Ask(int leader) => _ = SendSignal(-leader, Terminate);

    /// <summary>Ends what is left of the group.</summary>
    public static void EndGroup(int leader) => _ = SendSignal(-leader, Kill);

    /// <summary>Ends all processes whose marker begins so; returns how many.</summary>
    public static int EndMarked(string marker)
    {
        var wanted = Encoding.UTF8.GetBytes($"{Marker}={marker}");
        var ended = 0;
        foreach (var folder in OperatingSystem.IsLinux() ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId && IsMarked(folder, wanted) && SendSignal(id, Kill) == 0)
            {
                ended++;
            }
        }

        return ended;
    }

    private static bool IsMarked(string folder, byte[] wanted)
    {
        try
        {
            var environment = File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan();
            foreach (var range in environment.Split((byte)0))
            {
                if (environment[range].StartsWith(wanted))
                    return true;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to another user and so to no step of ours.
        }

        return false;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int id, int signal);
}
