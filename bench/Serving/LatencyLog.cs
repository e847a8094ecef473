using System.Diagnostics;

namespace Slipway.Bench.Serving;

/// <summary>Latencies of one connection, one histogram for each second, in buckets of ten microseconds up to 200 ms.</summary>
internal sealed class LatencyLog(long begun)
{
    private const int Buckets = 20_000;
    private const double Width = 10;
    private readonly List<int[]> _seconds = [];

    public long Requests { get; private set; }

    public long Failed { get; private set; }

    public void Answered(long from, long until)
    {
        Requests++;
        var second = (int)((until - begun) / Stopwatch.Frequency);
        while (_seconds.Count <= second)
            _seconds.Add(new int[Buckets]);
        var micros = (until - from) * 1e6 / Stopwatch.Frequency;
        _seconds[second][Math.Min(Buckets - 1, (int)(micros / Width))]++;
    }

    public void Fail() => Failed++;

    public static LoadReport Report(IReadOnlyList<LatencyLog> logs, double seconds, double processor)
    {
        var windows = Enumerable.Range(0, logs.Max(log => log._seconds.Count))
            .Select(second => Sum(logs.Where(log => log._seconds.Count > second).Select(log => log._seconds[second]))).ToList();
        var all = Sum(windows);
        return new LoadReport(
            logs.Sum(log => log.Requests),
            logs.Sum(log => log.Failed),
            seconds,
            processor,
            Quantile(all, 0.5),
            Quantile(all, 0.99),
            [.. windows.Select(window => Quantile(window, 0.99))]);
    }

    private static int[] Sum(IEnumerable<int[]> histograms)
    {
        var sum = new int[Buckets];
        foreach (var histogram in histograms)
        {
            for (var i = 0; i < Buckets; i++)
                sum[i] += histogram[i];
        }

        return sum;
    }

    private static double Quantile(int[] counts, double share)
    {
        var wanted = Math.Ceiling(counts.Sum(count => (long)count) * share);
        var seen = 0L;
        for (var i = 0; i < Buckets; i++)
        {
            seen += counts[i];
            if (seen >= wanted)
                return (i + 1) * Width;
        }

        return Buckets * Width;
    }
}
