using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Lake.Contracts;
using Slipway.Lake.Profiles;
using Slipway.Lake.Sql;
using Slipway.Lake.Tests;

namespace Slipway.Bench;

/// <summary>
/// A profile and 25 expectations over a Parquet file, as a ratio to the engine's own <c>summarize</c> of it in the same run
/// (to reach: at most 2), and the greatest memory of the process (to reach: under 1 GiB).
/// </summary>
internal static class LakeProfile
{
    private const string Suite =
        """
        name: flights
        expectations:
          - {expect: columns, types: {date: any, delay: any, distance: any, origin: any, destination: any}}
          - {expect: row_count, min: 1}
          - {expect: not_null, columns: [date, delay, distance, origin, destination]}
          - {expect: between, column: delay, min: -60, max: 1500, mostly: 0.999}
          - {expect: between, column: distance, min: 1, max: 5000, mostly: 0.999}
          - {expect: between, column: date, min: "2001-01-01", max: "2001-07-02"}
          - {expect: matches, column: origin, pattern: "[A-Z]{3}"}
          - {expect: matches, column: destination, pattern: "[A-Z]{3}"}
          - {expect: in_set, column: origin, values: [ORD, DFW, ATL, LAX], mostly: 0.01}
          - {expect: in_set, column: destination, values: [ORD, DFW, ATL, LAX], mostly: 0.01}
          - {expect: sql, condition: origin <> destination}
          - {expect: sql, condition: delay < 300 or distance > 0, mostly: 0.9}
          - {expect: sql, condition: length(origin) = length(destination)}
          - {expect: freshness, column: date, max_age: 99999d}
          - {expect: measure, measure: avg(delay), min: -10, max: 60}
          - {expect: measure, measure: stddev(delay), max: 100}
          - {expect: measure, measure: avg(distance), min: 100, max: 2000}
          - {expect: measure, measure: max(delay), max: 3000}
          - {expect: measure, measure: min(distance), min: 0}
          - {expect: anomaly, measure: avg(delay)}
          - {expect: unique, columns: [date, delay, distance, origin, destination], mostly: 0.99}
        """;

    public static Command Command()
    {
        var file = new Argument<FileInfo>("file") { Description = "Such as flights-3m.parquet of the npm package vega-datasets." };
        var times = new Option<int>("--times") { DefaultValueFactory = _ => 5 };
        var command = new Command("lake-profile", "A profile and 25 expectations, against DuckDB's summarize.") { file, times };
        command.SetAction((parsed, ct) =>
        {
            for (var i = 0; i < parsed.GetValue(times); i++)
                Measure(parsed.GetValue(file)!.FullName, ct);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Measure(string file, CancellationToken ct)
    {
        var temp = Path.Combine(Path.GetTempPath(), "slipway-bench-lake");
        var tables = new LakeTables(null!, null!, null!, new LakeOptions { TempFolder = temp });
        var table = new LakeTable($"read_parquet({DuckDbSql.Literals([file])})", [file]);
        var floor = Time(() =>
        {
            using var connection = tables.Connect();
            using var result = connection.Query($"summarize select * from {table.Expression}", ct);
            _ = result.Rows().Count();
        });
        var profile = Time(() => TableScan.Run(tables, table, Environment.ProcessorCount, isColumnar: true, ct));
        var tests = Time(() => Test(tables, table, ct));
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"summarize {floor:N0} ms, profile {profile:N0} ms, tests {tests:N0} ms, ratio {(profile + tests) / floor:N2}, peak {process.PeakWorkingSet64 >> 20:N0} MiB"));
    }

    private static void Test(LakeTables tables, LakeTable table, CancellationToken ct)
    {
        var suite = SuiteReader.Read(Suite, "bench.yml");
        using var connection = tables.ConnectSandboxed(table.Files, []);
        var check = new SuiteCheck(connection, suite, TableColumns.Read(connection, table.Expression, ct), keepsRows: false);
        check.Load(table.Expression, ct);
        check.Count(_ => new Circumstances(DateTimeOffset.UnixEpoch, []), ct);
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
