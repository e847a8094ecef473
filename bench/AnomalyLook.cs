using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Slipway.Statistics.Anomalies;

namespace Slipway.Bench;

/// <summary>What a look of a detector with a season costs: the first of a block, which learns, and those that follow.</summary>
internal static class AnomalyLook
{
    private const int Looks = 200;

    public static Command Command()
    {
        var days = new Option<int>("--days") { DefaultValueFactory = _ => 28, Description = "Of history." };
        var command = new Command("anomaly-look", "A look of a dynamic detector (wanted: 1 ms after the first of a season).") { days };
        command.SetAction(parsed =>
        {
            Measure(TimeSpan.FromDays(parsed.GetValue(days)), TimeSpan.FromMinutes(5), TimeSpan.FromDays(1));
            Measure(TimeSpan.FromDays(parsed.GetValue(days)), TimeSpan.FromMinutes(5), TimeSpan.FromDays(7));
            Measure(TimeSpan.FromDays(parsed.GetValue(days)), TimeSpan.FromHours(1), TimeSpan.FromDays(1));
        });
        return command;
    }

    private static void Measure(TimeSpan history, TimeSpan every, TimeSpan season)
    {
        var settings = new DetectorSettings { History = history, Every = every, Season = season };
        var start = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var random = new Random(1);
        var length = (int)((history + season) / every);
        List<SeriesPoint> points = [.. Enumerable.Range(0, length).Select(i => new SeriesPoint(
            start + (i * every), 100 + (30 * Math.Sin(2 * Math.PI * i / (season / every))) + random.NextDouble()))];
        var begin = (int)(history / every);
        var detector = AnomalyDetectors.ByName.Get("detector", "dynamic");
        var (first, later) = (double.MaxValue, double.MaxValue);
        for (var turn = 0; turn < 3; turn++)
        {
            var memory = new BlockMemory();
            first = Math.Min(first, Look(detector, points[..(begin + 1)], settings, memory));
            var looks = Math.Min(Looks, length - begin - 1);
            var sum = Enumerable.Range(begin + 2, looks - 1).Sum(count => Look(detector, points[..count], settings, memory));
            later = Math.Min(later, sum / (looks - 1));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{begin:N0} points of {every}, season {season}: first look of a season {first:N1} ms, each later one {later:N3} ms (best of 3)"));
    }

    private static double Look(IAnomalyDetector detector, List<SeriesPoint> points, DetectorSettings settings, BlockMemory memory)
    {
        var begun = Stopwatch.GetTimestamp();
        detector.Judge(points, settings, points[^1].At, memory);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
