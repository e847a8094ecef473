using System.Diagnostics;
using System.Globalization;
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
}
