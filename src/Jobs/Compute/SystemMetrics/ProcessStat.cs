using System.Globalization;

namespace Slipway.Jobs.Compute.SystemMetrics;

/// <summary>What /proc/ID/stat says of a process.</summary>
/// <param name="Ticks">Of processor time, in user and kernel mode.</param>
/// <param name="Start">When it began; with its id it is unlike all others.</param>
internal readonly record struct ProcessStat(int Session, long Ticks, long Start, long ResidentPages)
{
    /// <summary>"42 (a (b) c) S 1 42 42 0 -1 …"; null for a text that is none. See proc(5).</summary>
    public static ProcessStat? Parse(string text)
    {
        // The name may hold anything, parentheses too.
        var end = text.LastIndexOf(')');
        var fields = end < 0 ? [] : text[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 21
            && int.TryParse(fields[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var session)
            && Number(fields[11], out var user) && Number(fields[12], out var system)
            && Number(fields[19], out var start) && Number(fields[21], out var resident)
            ? new ProcessStat(session, user + system, start, resident)
            : null;
    }

    /// <summary>The session of a process of this machine; null when there is none of this number.</summary>
    public static int? SessionOf(int process)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat");
        return File.Exists(file) ? Parse(File.ReadAllText(file))?.Session : null;
    }

    /// <summary>/proc/ID/io: what went to and came from the disk.</summary>
    public static (long Read, long Written) ParseIo(string text) => (Line(text, "read_bytes: "), Line(text, "write_bytes: "));

    /// <summary>/proc/net/dev: bytes of all interfaces but the loopback.</summary>
    public static (double Received, double Sent) ParseNetwork(string text)
    {
        double received = 0, sent = 0;
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || line[..colon].Trim() == "lo")
                continue;
            var counts = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (counts.Length > 8 && Number(counts[0], out var down) && Number(counts[8], out var up))
                (received, sent) = (received + down, sent + up);
        }

        return (received, sent);
    }

    private static bool Number(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static long Line(string text, string name) => text.Split('\n')
        .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line && Number(line[name.Length..], out var number)
        ? number
        : 0;
}
