using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;

namespace Slipway.Bench;

/// <summary>How long it takes to add up the profiles of many windows, and what they weigh.</summary>
internal static class ProfileMerge
{
    private static readonly string[] s_airports = [.. Enumerable.Range(0, 40).Select(i => $"A{i}")];

    public static Command Command()
    {
        var profiles = new Option<int>("--profiles") { DefaultValueFactory = _ => 1000 };
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 1000, Description = "Of each profile." };
        var features = new Option<int>("--features") { DefaultValueFactory = _ => 50, Description = "Of four kinds: normal, skewed, whole numbers, and texts." };
        var command = new Command("profile-merge", "Profiles of answers that are added up (wanted: 1,000 of 50 features in 50 ms).") { profiles, rows, features };
        command.SetAction(parsed => Measure(parsed.GetValue(profiles), parsed.GetValue(rows), parsed.GetValue(features)));
        return command;
    }

    private static void Measure(int profiles, int rows, int features)
    {
        var random = new Random(1);
        var filling = new AnswerProfile(Enumerable.Range(0, features).Select(Column));
        var kept = Enumerable.Range(0, profiles).Select(_ => Fill(filling, random, rows)).ToList();
        var best = Enumerable.Range(0, 7).Min(_ => Merge(kept));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{profiles} profiles of {features} features and {rows} rows, {kept.Average(bytes => bytes.Length) / 1024:N1} KiB each: added up in {best:N1} ms (best of 7)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Retained(features, rows) / 1024.0:N0} KiB of memory for one profile that is filled"));
    }

    private static double Merge(List<byte[]> kept)
    {
        var begun = Stopwatch.GetTimestamp();
        var sum = new AnswerProfile();
        foreach (var profile in kept)
            sum.Merge(profile);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static long Retained(int features, int rows)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var profile = new AnswerProfile(Enumerable.Range(0, features).Select(Column));
        Fill(profile, new Random(2), rows);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(profile);
        return after - before;
    }

    private static AnswerColumn Column(int index) => index % 4 == 3
        ? new AnswerColumn($"input_{index}", FeatureType.Categorical, FeatureProfile.Categorical($"{index}", s_airports[..30], null, 0, 0))
        : new AnswerColumn($"input_{index}", FeatureType.Numeric, FeatureProfile.Numeric($"{index}", [-2, -1, -0.5, 0, 0.5, 1, 2, 5, 10], null, 0));

    private static byte[] Fill(AnswerProfile profile, Random random, int rows)
    {
        profile.Clear();
        profile.AddRows(rows);
        var values = new double[rows];
        foreach (var (index, column) in profile.Columns.Index())
        {
            if (column.Type == FeatureType.Categorical)
            {
                for (var row = 0; row < rows; row++)
                    column.Add(System.Text.Encoding.UTF8.GetBytes(s_airports[random.Next(s_airports.Length)]));
                continue;
            }

            for (var row = 0; row < rows; row++)
                values[row] = Value(index % 4, random);
            column.Add(values);
        }

        return profile.ToBytes();
    }

    private static double Value(int kind, Random random)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return kind switch { 0 => normal, 1 => Math.Exp(3 + normal), _ => random.Next(24) };
    }
}
