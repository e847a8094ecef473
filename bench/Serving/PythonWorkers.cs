using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Bench.Serving;

/// <summary>
/// Scripts that take some microseconds, one millisecond and ten of a processor's time, in one and in two worker processes behind an endpoint, against the same
/// workers asked without HTTP.
/// </summary>
internal sealed class PythonWorkers(SpeedServer server, LoadProcess load, SpeedOptions options)
{
    private static readonly byte[] s_body = Encoding.UTF8.GetBytes("""{"data":[[1,2,3,4]]}""");

    public async Task MeasureAsync(CancellationToken ct)
    {
        foreach (var milliseconds in new[] { 0, 1, 10 })
        {
            foreach (var workers in new[] { 1, 2 })
                await MeasureAsync(milliseconds, workers, ct);
        }
    }

    private async Task MeasureAsync(int milliseconds, int workers, CancellationToken ct)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"python{milliseconds}x{workers}");
        var settings = DeploymentSettings.Default with { Runtime = "python", Concurrency = workers };
        var version = await RegisterAsync(name, milliseconds, ct);
        using var alone = await BareWorkers.StartAsync(server.Services.GetRequiredService<ContentStore>(), version, settings, s_body, ct);
        await server.DeployAsync(name, $"{name}:1", settings, ct);
        var plan = new LoadPlan("http", server.Url, server.File($"{name}.http"), options.Connections, options.Seconds, 0);
        await File.WriteAllBytesAsync(plan.RequestFile, Request(name), ct);
        await load.WarmAsync(plan, ct);
        var turns = new List<Turn>();
        for (var turn = 0; turn < options.Turns; turn++)
            turns.Add(new Turn(alone.Ask(options.Seconds) / options.Seconds, await AskAsync(plan, ct)));
        Say(milliseconds, workers, turns);
    }

    private static void Say(int milliseconds, int workers, List<Turn> turns)
    {
        double Middle(Func<Turn, double> figure) => LoadProcess.Median(turns.Select(figure));
        var ratios = string.Join(' ', turns.Select(turn => (turn.Ours.Report.PerSecond / turn.Floor).ToString("P0", CultureInfo.InvariantCulture)));
        LoadProcess.Say($"python, script of {(milliseconds == 0 ? "some us" : $"{milliseconds} ms")}, {workers} worker(s): {Middle(turn => turn.Ours.Report.PerSecond):N0} requests/s, {Middle(turn => turn.Ours.Report.PerSecond / turn.Floor):P1} of their own {Middle(turn => turn.Floor):N0} ({ratios}); {turns.Sum(turn => turn.Ours.Report.Failed)} failed; p99 {Middle(turn => turn.Ours.Report.P99):N0} us");
        LoadProcess.Say($"  processor time of a request: the worker's {Middle(turn => turn.Ours.Worker):N1} us, the server's {Middle(turn => turn.Ours.Server):N1}, the client's {Middle(turn => turn.Ours.Report.Processor * 1e6 / turn.Ours.Report.Requests):N1}; {Middle(turn => turn.Ours.Bytes):N0} bytes allocated");
    }

    private async Task<Asked> AskAsync(LoadPlan plan, CancellationToken ct)
    {
        var (workers, processor, allocated) = (WorkerTime(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        var report = await load.RunAsync(plan, ct);
        return new Asked(
            report,
            (WorkerTime() - workers).TotalMicroseconds / report.Requests,
            (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / report.Requests,
            (GC.GetTotalAllocatedBytes() - allocated) / (double)report.Requests);
    }

    // Of all Python processes that this one has started; those that are not asked take none.
    private static TimeSpan WorkerTime()
    {
        var total = TimeSpan.Zero;
        foreach (var process in Process.GetProcessesByName("python3").Concat(Process.GetProcessesByName("python")))
        {
            using (process)
            {
                try
                {
                    if (File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[^1].Split(' ')[1] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
                        total += process.TotalProcessorTime;
                }
                catch (Exception exception) when (exception is IOException or InvalidOperationException)
                {
                    // Somebody else's, which ended meanwhile.
                }
            }
        }

        return total;
    }

    private async Task<ModelVersion> RegisterAsync(string name, int milliseconds, CancellationToken ct)
    {
        var content = server.Services.GetRequiredService<ContentStore>();
        var work = milliseconds == 0 ? "" : $"\n    until = time.thread_time() + {milliseconds} / 1000\n    while time.thread_time() < until:\n        pass";
        var script = $"import json, time\ndef run(raw):{work}\n    return [sum(json.loads(raw)['data'][0])]\n";
        var blob = await content.PutBytesAsync(Encoding.UTF8.GetBytes(script), ct);
        var tree = await content.PutTreeAsync([new TreeEntry("score.py", blob.Digest, blob.Size)], ct);
        return await server.Services.GetRequiredService<IModelRegistry>().RegisterAsync(
            Caller.System, new NewModelVersion { Model = name, Tree = tree.Digest, Flavor = "python_function" }, ct);
    }

    private static byte[] Request(string endpoint) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"POST /endpoints/{endpoint}/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {s_body.Length}\r\n\r\n"),
        .. s_body,
    ];

    private sealed record Turn(double Floor, Asked Ours);

    /// <param name="Worker">Processor time of a request in microseconds, as are the server's.</param>
    /// <param name="Bytes">Allocated by the server for a request.</param>
    private sealed record Asked(LoadReport Report, double Worker, double Server, double Bytes);
}
