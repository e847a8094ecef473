using System.Text;

namespace Slipway.Cli.Mounts;

/// <summary>A mounted version.</summary>
/// <param name="Source">"azureml:flights:3".</param>
internal sealed record Mounted(string Folder, string Source);

/// <summary>What is mounted on this machine, of which the kernel tells also when the program behind it is dead.</summary>
internal static class MountTable
{
    public const string Kind = "slipway";

    /// <summary>The version that is mounted there; null: none.</summary>
    public static Mounted? Find(string folder) => OperatingSystem.IsLinux()
        ? Read(File.ReadLines("/proc/self/mountinfo")).LastOrDefault(mount => mount.Folder == folder)
        : null;

    // 36 35 0:42 / /data/my\040flights ro,nosuid,nodev,relatime shared:9 - fuse.slipway azureml:flights:3 ro,user_id=0,group_id=0
    internal static IEnumerable<Mounted> Read(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var fields = line.Split(' ');
            var kind = Array.IndexOf(fields, "-") + 1;
            if (kind > 5 && kind + 1 < fields.Length && fields[kind] == "fuse." + Kind)
                yield return new Mounted(Unescape(fields[4]), Unescape(fields[kind + 1]));
        }
    }

    // White space and backslashes as three octal digits, by bytes
    private static string Unescape(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\' && i + 3 < bytes.Length)
            {
                bytes[length++] = (byte)(((bytes[i + 1] - '0') << 6) + ((bytes[i + 2] - '0') << 3) + bytes[i + 3] - '0');
                i += 3;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
