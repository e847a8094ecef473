using System.Globalization;

namespace Slipway.Jobs.Compute.SystemMetrics;

/// <summary>
/// What the processes of one session take of this machine, read from /proc: processors, memory and disk of them all, also of
/// those that have ended since; network and free space are the machine's. The names and units are MLflow's.
/// </summary>
internal sealed class ProcessMeter(int session, string folder, TimeProvider time, string proc = "/proc")
{
    private const double Mega = 1e6;

    // USER_HZ: what the kernel counts in towards programs, on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    // A process that ends takes its counts along; the last that was seen of it is kept.
    private readonly Dictionary<(int Id, long Start), ProcessCounts> _seen = [];
    private readonly (double Received, double Sent) _network = ReadNetwork(proc);
    private long _sampledAt = time.GetTimestamp();
    private double _ticks;

    /// <summary>By MLflow's keys; null when none of the processes is left.</summary>
    public Dictionary<string, double>? Sample()
    {
        var resident = 0L;
        var living = 0;
        foreach (var directory in Directory.EnumerateDirectories(proc))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || ReadText(Path.Combine(directory, "stat")) is not { } stat
                || ProcessStat.Parse(stat) is not { } process || process.Session != session)
            {
                continue;
            }

            living++;
            resident += process.ResidentPages * Environment.SystemPageSize;
            var (read, written) = ProcessStat.ParseIo(ReadText(Path.Combine(directory, "io")) ?? "");
            _seen[(id, process.Start)] = new ProcessCounts(process.Ticks, read, written);
        }

        return living == 0 ? null : Values(resident);
    }

    private Dictionary<string, double> Values(long resident)
    {
        var ticks = _seen.Values.Sum(counts => (double)counts.Ticks);
        var elapsed = time.GetElapsedTime(_sampledAt).TotalSeconds;
        var processors = elapsed > 0 ? (ticks - _ticks) / TicksPerSecond / elapsed : 0;
        (_ticks, _sampledAt) = (ticks, time.GetTimestamp());

        var disk = new DriveInfo(folder);
        var network = ReadNetwork(proc);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["system/cpu_utilization_percentage"] = 100 * processors / Environment.ProcessorCount,
            ["system/system_memory_usage_megabytes"] = resident / Mega,
            ["system/system_memory_usage_percentage"] = 100.0 * resident / GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            ["system/disk_read_megabytes"] = _seen.Values.Sum(counts => (double)counts.Read) / Mega,
            ["system/disk_write_megabytes"] = _seen.Values.Sum(counts => (double)counts.Written) / Mega,
            ["system/disk_usage_megabytes"] = (disk.TotalSize - disk.TotalFreeSpace) / Mega,
            ["system/disk_usage_percentage"] = 100.0 * (disk.TotalSize - disk.TotalFreeSpace) / disk.TotalSize,
            ["system/disk_available_megabytes"] = disk.AvailableFreeSpace / Mega,
            ["system/network_receive_megabytes"] = (network.Received - _network.Received) / Mega,
            ["system/network_transmit_megabytes"] = (network.Sent - _network.Sent) / Mega,
        };
    }

    private static (double Received, double Sent) ReadNetwork(string proc) =>
        ProcessStat.ParseNetwork(ReadText(Path.Combine(proc, "self", "net", "dev")) ?? "");

    private static string? ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to another user and so to no step of ours.
            return null;
        }
    }

    private readonly record struct ProcessCounts(long Ticks, long Read, long Written);
}
