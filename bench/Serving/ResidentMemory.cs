using System.Globalization;
using System.Text;

namespace Slipway.Bench.Serving;

/// <summary>What this process has in memory, after a full collection.</summary>
/// <param name="Mapped">Programs, libraries, and compiled methods.</param>
/// <param name="Heap">Of the rest, what the garbage collector holds; all else is the engines'.</param>
internal sealed record ResidentMemory(long Bytes, long Mapped, long Heap, long Used)
{
    public static ResidentMemory Read()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var lines = File.ReadLines("/proc/self/status", Encoding.ASCII).Where(line => line.EndsWith(" kB", StringComparison.Ordinal))
            .Select(line => line.Split([':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).ToDictionary(parts => parts[0], parts => 1024 * long.Parse(parts[1], CultureInfo.InvariantCulture));
        return new ResidentMemory(
            lines["VmRSS"], lines["RssFile"] + lines["RssShmem"], GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes, GC.GetTotalMemory(forceFullCollection: false));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Bytes / 1e6:N0} MB resident: {Mapped / 1e6:N0} mapped, {Heap / 1e6:N0} the garbage collector's ({Used / 1e6:N0} used), {(Bytes - Mapped - Heap) / 1e6:N0} others'");
}
