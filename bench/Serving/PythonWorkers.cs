using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Runtimes;

namespace Slipway.Bench.Serving;

/// <summary>A script in Python worker processes behind the endpoint, against the same workers asked without HTTP.</summary>
internal sealed class PythonWorkers(SpeedServer server, LoadProcess load, SpeedOptions options)
{
    private const string Script = "import json\ndef init():\n    pass\ndef run(raw):\n    return [sum(json.loads(raw)['data'][0])]\n";
    private static readonly byte[] s_body = Encoding.UTF8.GetBytes("""{"data":[[1,2,3,4]]}""");

    public async Task MeasureAsync(CancellationToken ct)
    {
        var content = server.Services.GetRequiredService<ContentStore>();
        var blob = await content.PutBytesAsync(Encoding.UTF8.GetBytes(Script), ct);
        var tree = await content.PutTreeAsync([new TreeEntry("score.py", blob.Digest, blob.Size)], ct);
        var registry = server.Services.GetRequiredService<IModelRegistry>();
        await registry.RegisterAsync(Caller.System, new NewModelVersion { Model = "script", Tree = tree.Digest, Flavor = "python_function" }, ct);
        var settings = DeploymentSettings.Default with { Runtime = "python", Concurrency = 2 };
        await server.DeployAsync("python", "script:1", settings, ct);
        var plan = new LoadPlan("http", server.Url, server.File("python.http"), options.Connections, options.Seconds, 0);
        await File.WriteAllBytesAsync(plan.RequestFile, Request(), ct);
        var version = await registry.FindAsync(Caller.System, "script:1", ct);
        using var alone = await server.Services.GetServices<IModelRuntime>().First(runtime => runtime.Name == "python").LoadAsync(version!, tree, settings, ct);
        await load.RunAsync(plan, ct);
        var turns = new List<(double Floor, LoadReport Ours)>();
        for (var turn = 0; turn < options.Turns; turn++)
            turns.Add((await AloneAsync(alone.Bodies!, ct), await load.RunAsync(plan, ct)));
        LoadProcess.Say($"python, one row: {LoadProcess.Median(turns.Select(turn => turn.Ours.PerSecond)):N0} requests/s, {LoadProcess.Median(turns.Select(turn => turn.Ours.PerSecond / turn.Floor)):P1} of the workers' own {LoadProcess.Median(turns.Select(turn => turn.Floor)):N0}; {turns.Sum(turn => turn.Ours.Failed)} failed");
    }

    private static byte[] Request() =>
    [
        .. Encoding.ASCII.GetBytes(
            $"POST /endpoints/python/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {s_body.Length}\r\n\r\n"),
        .. s_body,
    ];

    private async Task<double> AloneAsync(IBodyModel model, CancellationToken ct)
    {
        var request = new BodyRequest("POST", "/score", new Dictionary<string, string>(), s_body);
        var begun = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var count = 0L;
            for (; Stopwatch.GetElapsedTime(begun).TotalSeconds < options.Seconds; count++)
                await model.AnswerAsync(request, ct);
            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
