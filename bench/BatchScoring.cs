using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lake.Sql;
using Slipway.Registry.Contracts;
using Slipway.Serving.Batch.Scoring;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes.Onnx;
using Slipway.Serving.Scoring;

namespace Slipway.Bench;

/// <summary>
/// A Parquet file scored into another one, as batch deployments do it, as a ratio to the bare loop over memory that is filled
/// anew before each run, with the same model and as many threads (to reach: 0.8).
/// </summary>
internal static class BatchScoring
{
    private const int RowsOfRun = 2048;

    public static Command Command()
    {
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 2_000_000 };
        var trees = new Option<int>("--trees") { DefaultValueFactory = _ => 100, Description = "Of depth 6." };
        var times = new Option<int>("--times") { DefaultValueFactory = _ => 3 };
        var command = new Command("batch-scoring", "Rows per second of a batch deployment, against the bare loop.") { rows, trees, times };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = Directory.CreateTempSubdirectory("slipway-bench-batch-").FullName;
            try
            {
                await MeasureAsync(folder, parsed.GetValue(rows), parsed.GetValue(trees), parsed.GetValue(times), ct);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static async Task MeasureAsync(string folder, int rows, int trees, int times, CancellationToken ct)
    {
        var lake = new LakeTables(null!, null!, null!, new LakeOptions { TempFolder = Path.Combine(folder, "temp") });
        var table = Path.Combine(folder, "rows.parquet");
        using var connection = lake.Connect();
        var numbers = string.Join(", ", Enumerable.Range(0, 6).Select(i => $"random()::float as numbers_{i}"));
        connection.Execute(
            $"copy (select 'T' || lpad((random() * 199)::int::varchar, 3, '0') as origin, 'T' || lpad((random() * 199)::int::varchar, 3, '0') as destination, {numbers} from range({rows})) to '{table}' (format parquet)");
        var file = Path.Combine(folder, "model.onnx");
        await File.WriteAllBytesAsync(file, TreeModel.Create(trees, depth: 6), ct);
        using var session = OnnxSession.Load(file, OnnxSessionSettings.Default with { IntraOpThreads = 1 });
        for (var time = 0; time < times; time++)
        {
            var (floor, _) = OnnxFloor.RowsPerSecond(session, RowsOfRun, TimeSpan.FromSeconds(3));
            var (scored, seconds) = await ScoreAsync(lake, connection, table, file, folder, ct);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{scored / seconds:N0} rows/s of {scored:N0}, bare loop {floor:N0} rows/s, ratio {scored / seconds / floor:N2}"));
        }
    }

    private static async Task<(long Rows, double Seconds)> ScoreAsync(
        LakeTables lake, DuckDbConnection connection, string table, string model, string folder, CancellationToken ct)
    {
        var settings = BatchScoreSettings.Read([]);
        var deployment = Deployment(model, settings.Concurrency);
        var start = Stopwatch.GetTimestamp();
        var batches = MiniBatch.Split(table, settings.MiniBatchSize, connection, ct);
        var scorer = new MiniBatchScorer(deployment, lake, settings, Console.Out, TimeProvider.System);
        var rows = 0L;
        await Parallel.ForEachAsync(
            batches,
            new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency, CancellationToken = ct },
            async (batch, token) =>
                Interlocked.Add(ref rows, (await scorer.RunAsync(batch, _ => Path.Combine(folder, $"{batch.Index}.part.parquet"), token)).Rows));
        connection.Execute(
            $"copy (select * from read_parquet('{folder}/*.part.parquet')) to '{folder}/predictions.parquet' (format parquet, compression zstd)", ct);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        deployment.Release();
        return (rows, seconds);
    }

    private static ServedDeployment Deployment(string path, int slots)
    {
        var version = new ModelVersion
        {
            Workspace = WorkspaceName.Default,
            Model = "trees",
            Number = 1,
            Tree = Digest.Of([]),
            Flavor = "onnx",
            Tags = new Dictionary<string, string>(),
            Aliases = [],
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = "bench",
        };
        var definition = new OnlineDeployment
        {
            Endpoint = "batch",
            Name = "batch",
            Model = "trees",
            ModelVersion = 1,
            State = "Succeeded",
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        var model = new ServedModel(
            OnnxModel.Load(path, OnnxSessionSettings.Default with { IntraOpThreads = 1 }), version, maxRows: 16_384);
        return new ServedDeployment(WorkspaceName.Default, definition, model, new SlotPool(model, slots, 16), CollectionRule.All);
    }
}
