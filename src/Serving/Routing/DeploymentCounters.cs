using System.Diagnostics;
using System.Numerics;
using Slipway.Kernel.Metrics;
using Slipway.Serving.Contracts;
using Slipway.Serving.Inference;

namespace Slipway.Serving.Routing;

/// <summary>What a deployment did, counted without locks. Latencies go to buckets that are an eighth of a power of two wide.</summary>
internal sealed class DeploymentCounters
{
    private const int Steps = 8;
    private readonly long[] _buckets = new long[64 * Steps];
    private long _requests;
    private long _rows;
    private long _errors;
    private long _dropped;
    private long _queue;
    private long _input;
    private long _infer;
    private long _output;
    private long _refused;
    private long _last;

    /// <summary>Tells these counters from those of another loading.</summary>
    public string Id { get; } = Guid.CreateVersion7().ToString("N");

    public long Requests => Interlocked.Read(ref _requests);

    public long Rows => Interlocked.Read(ref _rows);

    public long Errors => Interlocked.Read(ref _errors);

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Ticks of all answered requests, stage by stage.</summary>
    public Stages Ticks => new(
        Interlocked.Read(ref _queue), Interlocked.Read(ref _input), Interlocked.Read(ref _infer), Interlocked.Read(ref _output));

    /// <summary>Ticks until requests were refused.</summary>
    public long RefusedTicks => Interlocked.Read(ref _refused);

    /// <summary>Milliseconds since 1970; 0 before the first.</summary>
    public long LastAnswered => Interlocked.Read(ref _last);

    public void Answered(int rows, Stages stages, TimeProvider time)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _queue, stages.Queue);
        Interlocked.Add(ref _input, stages.Input);
        Interlocked.Add(ref _infer, stages.Infer);
        Interlocked.Add(ref _output, stages.Output);
        Interlocked.Exchange(ref _last, time.GetUtcNow().ToUnixTimeMilliseconds());
        Interlocked.Increment(ref _buckets[Bucket(stages.Total)]);
    }

    public void Refused(long ticks)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _errors);
        Interlocked.Add(ref _refused, ticks);
    }

    public void Drop(int rows) => Interlocked.Add(ref _dropped, rows);

    /// <summary>Answers that took longer, or may have: those in the bucket of the limit count as slow.</summary>
    public long Slower(double milliseconds)
    {
        var count = 0L;
        for (var i = 0; i < _buckets.Length; i++)
            count += Milliseconds(UpperEnd(i)) > milliseconds ? Interlocked.Read(ref _buckets[i]) : 0;
        return count;
    }

    /// <summary>An answer counts to the first bound that its bucket does not reach beyond.</summary>
    public HistogramSeries Histogram(IReadOnlyList<KeyValuePair<string, string>> labels, double[] seconds)
    {
        var counts = new long[seconds.Length];
        var all = 0L;
        for (var i = 0; i < _buckets.Length; i++)
        {
            var count = Interlocked.Read(ref _buckets[i]);
            all += count;
            for (var bound = seconds.Length - 1; count > 0 && bound >= 0 && Milliseconds(UpperEnd(i)) <= seconds[bound] * 1000; bound--)
                counts[bound] += count;
        }

        return new HistogramSeries(labels, seconds, counts, Milliseconds(Ticks.Total) / 1000, all);
    }

    public DeploymentStats Stats()
    {
        var counts = Array.ConvertAll(_buckets, static count => count);
        var answered = counts.Sum();
        return new DeploymentStats
        {
            Requests = Requests,
            Rows = Rows,
            Errors = Errors,
            Dropped = Dropped,
            MeanMilliseconds = answered == 0 ? 0 : Milliseconds(Ticks.Total / (double)answered),
            P50Milliseconds = Quantile(counts, answered, 0.50),
            P95Milliseconds = Quantile(counts, answered, 0.95),
            P99Milliseconds = Quantile(counts, answered, 0.99),
        };
    }

    private static int Bucket(long ticks)
    {
        if (ticks < Steps)
            return (int)Math.Max(0, ticks);
        var power = BitOperations.Log2((ulong)ticks);
        return (power * Steps) + (int)((ticks >> (power - 3)) & (Steps - 1));
    }

    private static double Quantile(long[] counts, long total, double share)
    {
        var wanted = (long)Math.Ceiling(total * share);
        var seen = 0L;
        for (var i = 0; i < counts.Length && total > 0; i++)
        {
            seen += counts[i];
            if (seen >= wanted)
                return Milliseconds(UpperEnd(i));
        }

        return 0;
    }

    private static double UpperEnd(int bucket)
    {
        if (bucket < Steps)
            return bucket;
        var (power, step) = Math.DivRem(bucket, Steps);
        return Math.ScaleB(1 + ((step + 1.0) / Steps), power);
    }

    private static double Milliseconds(double ticks) => ticks * 1000 / Stopwatch.Frequency;
}
