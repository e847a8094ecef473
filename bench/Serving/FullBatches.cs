using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Contracts;

namespace Slipway.Bench.Serving;

/// <summary>
/// Requests of 1,024 rows in binary REST, gRPC and JSON, against threads that do nothing but score such batches. They wait for room: rows that are not kept
/// would be work that is not measured.
/// </summary>
internal sealed class FullBatches(SpeedServer server, LoadProcess load, SpeedOptions options)
{
    private const int Rows = 1024;
    private const string Path = "/endpoints/bench/v2/models/trees/infer";

    public async Task MeasureAsync(CancellationToken ct)
    {
        await server.RegisterAsync("trees", TreeModel.Create(trees: 200, depth: 6), ct);
        await server.DeployAsync("bench", "trees:1", DeploymentSettings.Default, ct, CollectMode.Wait);
        using var session = OnnxSession.Load(TreeModel.Create(trees: 200, depth: 6));
        await MeasureAsync("binary REST", new("http", server.Url, server.File("batch.http"), options.Connections, options.Seconds, 0), Requests.Binary(Rows, Path), session, ct);
        await MeasureAsync("gRPC", new("grpc", server.GrpcUrl, server.File("batch.grpc"), options.Connections, options.Seconds, 0), Requests.Grpc(Rows, "trees"), session, ct);
        await MeasureAsync("JSON", new("http", server.Url, server.File("json.http"), options.Connections, options.Seconds, 0), Requests.Json(Rows, Path), session, ct);
        await server.DeployAsync("bench", "trees:1", new DeploymentSettings { Collection = new CollectionPolicy { Inputs = false, Outputs = false, Profiles = false } }, ct, CollectMode.Wait);
        await MeasureAsync("binary REST, nothing collected", new("http", server.Url, server.File("bare.http"), options.Connections, options.Seconds, 0), Requests.Binary(Rows, Path), session, ct);
    }

    private async Task MeasureAsync(string form, LoadPlan plan, byte[] request, OnnxSession session, CancellationToken ct)
    {
        await File.WriteAllBytesAsync(plan.RequestFile, request, ct);
        await load.WarmAsync(plan, ct);
        var turns = new List<(double Floor, double Ours, double FloorMicros, double Micros)>();
        var failed = 0L;
        for (var turn = 0; turn < options.Turns; turn++)
        {
            var (floor, processor) = OnnxFloor.RowsPerSecond(session, Rows, TimeSpan.FromSeconds(options.Seconds));
            var before = Environment.CpuUsage.TotalTime;
            var report = await load.RunAsync(plan, ct);
            var ours = ((Environment.CpuUsage.TotalTime - before).TotalSeconds + report.Processor) * 1e6 / (report.Requests * Rows);
            failed += report.Failed;
            turns.Add((floor, report.PerSecond * Rows, processor, ours));
        }

        double Middle(Func<(double Floor, double Ours, double FloorMicros, double Micros), double> figure) => LoadProcess.Median(turns.Select(figure));
        LoadProcess.Say($"{form}, batch {Rows}: {Middle(turn => turn.Ours):N0} rows/s, {Middle(turn => turn.Ours / turn.Floor):P1} of the bare loop's {Middle(turn => turn.Floor):N0}; {failed} failed");
        LoadProcess.Say($"  processor time of a row with the client's: {Middle(turn => turn.Micros):N2} us, the loop's {Middle(turn => turn.FloorMicros):N2}: {Middle(turn => turn.FloorMicros / turn.Micros):P1}");
    }
}
