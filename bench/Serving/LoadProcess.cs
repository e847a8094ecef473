using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Text.Json;

namespace Slipway.Bench.Serving;

/// <summary>The process that loads a server.</summary>
internal sealed class LoadProcess : IDisposable
{
    private readonly Process _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, LoadClient.Verb)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    public async Task<LoadReport> RunAsync(LoadPlan plan, CancellationToken ct)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(plan).AsMemory(), ct);
        await _process.StandardInput.FlushAsync(ct);
        var line = await _process.StandardOutput.ReadLineAsync(ct) ?? throw new IOException("The load process has ended.");
        return JsonSerializer.Deserialize<LoadReport>(line)!;
    }

    /// <summary>
    /// Loads the server until the compiler rests, as in one that has answered for a while; lightly at first, since under full load it gives way to
    /// everything else, and methods stay at code that counts what they do for minutes.
    /// </summary>
    public async Task WarmAsync(LoadPlan plan, CancellationToken ct)
    {
        await WarmOnceAsync(plan with { Seconds = 2, Rate = 500 }, ct);
        await WarmOnceAsync(plan with { Seconds = 2 }, ct);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    /// <summary>The middle one of some figures.</summary>
    public static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    public static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private async Task WarmOnceAsync(LoadPlan plan, CancellationToken ct)
    {
        const int AtRest = 20;
        var resting = 0;
        for (var run = 0; run < 20 && resting < 3; run++)
        {
            var compiled = JitInfo.GetCompiledMethodCount();
            await RunAsync(plan, ct);
            resting = JitInfo.GetCompiledMethodCount() - compiled < AtRest ? resting + 1 : 0;
        }
    }
}
