using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Bench.Serving;

/// <summary>
/// One row in JSON, with the signature checked and the answers collected, against the thinnest server; in turns, so that whatever else
/// the machine does meets both. The processor time of a request, the client's included, tells the same on a machine that others use.
/// </summary>
internal sealed class OneRow(SpeedServer server, ThinServer thin, LoadProcess load, SpeedOptions options)
{
    private const string Path = "/endpoints/bench/v2/models/trees/infer";
    private readonly List<(Turn Floor, Turn Ours)> _full = [];

    public async Task MeasureAsync(CancellationToken ct)
    {
        var plan = new LoadPlan("http", server.Url, server.File("row.http"), options.Connections, options.Seconds, 0);
        await File.WriteAllBytesAsync(plan.RequestFile, Requests.Json(1, Path), ct);
        foreach (var url in new[] { thin.Url, server.Url })
            await load.WarmAsync(plan with { Url = url }, ct);
        for (var turn = 0; turn < options.Turns; turn++)
            _full.Add((await TurnAsync(plan with { Url = thin.Url }, ct), await TurnAsync(plan, ct)));
        SayFullLoad();
        await HalfLoadAsync(plan, ct);
    }

    /// <summary>The memory after each tenth of so many requests.</summary>
    public async Task SoakAsync(long requests, CancellationToken ct)
    {
        var plan = new LoadPlan("http", server.Url, server.File("row.http"), options.Connections, options.Seconds, 0);
        var done = 0L;
        for (var tenth = 1; tenth <= 10; tenth++)
        {
            while (done < requests * tenth / 10)
                done += (await load.RunAsync(plan, ct)).Requests;
            LoadProcess.Say($"{done:N0} requests: {ResidentMemory.Read()}");
        }
    }

    private async Task<Turn> TurnAsync(LoadPlan plan, CancellationToken ct)
    {
        var (allocated, processor) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime);
        var report = await load.RunAsync(plan, ct);
        return new Turn(
            report,
            (GC.GetTotalAllocatedBytes() - allocated) / (double)report.Requests,
            ((Environment.CpuUsage.TotalTime - processor).TotalSeconds + report.Processor) * 1e6 / report.Requests);
    }

    private void SayFullLoad()
    {
        double Middle(Func<(Turn Floor, Turn Ours), double> figure) => LoadProcess.Median(_full.Select(figure));
        var ratios = string.Join(' ', _full.Select(turn => (turn.Ours.Report.PerSecond / turn.Floor.Report.PerSecond).ToString("P0", CultureInfo.InvariantCulture)));
        LoadProcess.Say($"one row, full load: {Middle(turn => turn.Ours.Report.PerSecond):N0} requests/s, {Middle(turn => turn.Ours.Report.PerSecond / turn.Floor.Report.PerSecond):P1} of the thinnest server's {Middle(turn => turn.Floor.Report.PerSecond):N0} ({ratios}); {_full.Sum(turn => turn.Ours.Report.Failed)} failed");
        LoadProcess.Say($"  processor time with the client's: {Middle(turn => turn.Ours.Micros):N1} us, its {Middle(turn => turn.Floor.Micros):N1}: {Middle(turn => turn.Floor.Micros / turn.Ours.Micros):P1}; the client's {Middle(turn => turn.Ours.Report.Processor * 1e6 / turn.Ours.Report.Requests):N1}");
        LoadProcess.Say($"  {Middle(turn => turn.Ours.Bytes):N0} bytes allocated per request, {Middle(turn => turn.Floor.Bytes):N0} by the thinnest server");
    }

    private async Task HalfLoadAsync(LoadPlan plan, CancellationToken ct)
    {
        var half = plan with { Rate = LoadProcess.Median(_full.Select(turn => turn.Ours.Report.PerSecond)) / 2 };
        var before = await server.Endpoints.StatsAsync(Caller.System, "bench", "blue", ct);
        var turns = new List<(LoadReport Floor, LoadReport Ours)>();
        var (paused, full) = (TimeSpan.Zero, 0);
        for (var turn = 0; turn < options.Turns; turn++)
        {
            var floor = await load.RunAsync(half with { Url = thin.Url }, ct);
            var (pausedBefore, fullBefore) = (GC.GetTotalPauseDuration(), GC.CollectionCount(2));
            turns.Add((floor, await load.RunAsync(half, ct)));
            paused += GC.GetTotalPauseDuration() - pausedBefore;
            full += GC.CollectionCount(2) - fullBefore;
        }

        var after = await server.Endpoints.StatsAsync(Caller.System, "bench", "blue", ct);
        var above = LoadProcess.Median(turns.Select(turn => turn.Ours.P99 - turn.Floor.P99));
        LoadProcess.Say($"one row, half load ({turns.Average(turn => turn.Ours.PerSecond):N0} requests/s): p99 {LoadProcess.Median(turns.Select(turn => turn.Ours.P99)):N0} us, {above:N0} us above the thinnest server's {LoadProcess.Median(turns.Select(turn => turn.Floor.P99)):N0}; {after.Dropped - before.Dropped} rows not collected of {after.Rows - before.Rows:N0} (at full load {before.Dropped:N0} of {before.Rows:N0})");
        LoadProcess.Say($"  the garbage collector paused it for {paused.TotalMilliseconds:N1} ms of {turns.Sum(turn => turn.Ours.Seconds):N1} s, with {full} full collections");
    }

    /// <param name="Bytes">Allocated by this process for a request.</param>
    /// <param name="Micros">Processor time of a request in both processes.</param>
    private sealed record Turn(LoadReport Report, double Bytes, double Micros);
}
