using System.CommandLine;
using System.Diagnostics;
using Slipway.Engines.DuckDb;
using Slipway.Monitoring.Tables;
using Slipway.Statistics.Drift;

namespace Slipway.Bench;

/// <summary>
/// Drift of all columns by all statistics, from Parquet: the first half of the rows against the second. The floor is one
/// scan of the same columns by the engine alone.
/// </summary>
internal static class DriftLoad
{
    public static Command Command()
    {
        var file = new Option<FileInfo?>("--file") { Description = "A Parquet file; without one, rows and columns are made up." };
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 356_000 };
        var columns = new Option<int>("--columns") { DefaultValueFactory = _ => 797 };
        var repeat = new Option<int>("--repeat") { DefaultValueFactory = _ => 3 };
        var command = new Command("drift", "Seconds for drift by all statistics, and the memory it took.") { file, rows, columns, repeat };
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(file)?.FullName;
            var path = given ?? Generate(parsed.GetValue(rows), parsed.GetValue(columns));
            try
            {
                for (var i = 0; i < parsed.GetValue(repeat); i++)
                    Measure(path);
            }
            finally
            {
                if (given is null)
                    File.Delete(path);
            }
        });
        return command;
    }

    private static void Measure(string path)
    {
        using var database = DuckDbDatabase.OpenMemory();
        using var connection = database.Connect();
        connection.Execute("set memory_limit = '400MB'");
        var source = $"read_parquet({DuckDbSql.Literal(path)}, file_row_number = true)";
        var total = connection.QueryScalar<long>($"select count(*) from {source}");
        var (reference, current) = (Half(connection, source, "reference", $"file_row_number < {total / 2}", total / 2),
            Half(connection, source, "current", $"file_row_number >= {total / 2}", total - (total / 2)));
        string[] features = [.. reference.Features.Keys];

        var watch = Stopwatch.StartNew();
        foreach (var batch in features.Chunk(64))
            connection.Execute($"create or replace temp table floor as select {string.Join(", ", batch.Select(name => $"bit_xor(hash({DuckDbSql.Identifier(name)}))"))} from {source}");
        var floor = watch.Elapsed;

        using var process = Process.GetCurrentProcess();
        var processor = process.TotalProcessorTime;
        watch.Restart();
        var values = new ColumnPairs(connection, new Slice(reference, null), new Slice(current, null)).Measure(
            features,
            pair => DriftStatistics.All.Where(one => one is not IRowStatistic && one.Suits(pair.Type)).Sum(one => pair.Measure(one)),
            CancellationToken.None);
        var took = watch.Elapsed;
        process.Refresh();
        Console.WriteLine(
            $"{total:N0} rows x {values.Count} columns: {took.TotalSeconds:N2} s, {(process.TotalProcessorTime - processor).TotalSeconds:N2} s of processors, {took / floor:N1} of a bare scan ({floor.TotalSeconds:N2} s), "
            + $"{process.PeakWorkingSet64 / 1e6:N0} MB at most");
    }

    private static DataTable Half(DuckDbConnection connection, string source, string name, string where, long rows)
    {
        connection.Execute($"create temp view {name} as select * exclude (file_row_number) from {source} where {where}");
        using var result = connection.Query($"describe select * from {name}");
        var types = result.Read(row => (Name: row.Get<string>(0)!, Type: row.Get<string>(1)!)).ToDictionary(one => one.Name, one => one.Type);
        return new DataTable
        {
            Name = name,
            Description = name,
            Features = types.Keys.ToDictionary(column => column),
            Types = types,
            Rows = rows,
        };
    }

    private static string Generate(int rows, int columns)
    {
        var path = Path.Combine(Path.GetTempPath(), $"slipway-drift-{Environment.ProcessId}.parquet");
        using var database = DuckDbDatabase.OpenMemory();
        using var connection = database.Connect();
        connection.Execute("set memory_limit = '600MB'");
        var list = Enumerable.Range(0, columns).Select(i => $"((hash(i * {columns} + {i}) % 100000) / 1000.0)::double as c{i}");
        connection.Execute($"copy (select {string.Join(", ", list)} from range({rows}) t(i)) to {DuckDbSql.Literal(path)} (format parquet, row_group_size 30000)");
        return path;
    }
}
