using System.Diagnostics;
using Xunit;

namespace Slipway.Shared;

/// <summary>Prometheus's own judge of metrics and rules.</summary>
public static class Promtool
{
    public static Task AcceptsMetricsAsync(string metrics, CancellationToken ct) => RunAsync(["check", "metrics"], metrics, ct);

    public static Task AcceptsRulesAsync(string file, CancellationToken ct) => RunAsync(["check", "rules", file], "", ct);

    /// <param name="file">A file of tests; the rules that it names lie beside it.</param>
    public static Task PassesTestsAsync(string file, CancellationToken ct) => RunAsync(["test", "rules", file], "", ct);

    private static async Task RunAsync(string[] arguments, string input, CancellationToken ct)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (promtool.StandardOutput.ReadToEndAsync(ct), promtool.StandardError.ReadToEndAsync(ct));
        try
        {
            await promtool.StandardInput.WriteAsync(input.AsMemory(), ct);
            promtool.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has read enough to refuse the rest, and says why.
        }

        await promtool.WaitForExitAsync(ct);
        Assert.True(promtool.ExitCode == 0, $"{await output}{await error}");
    }
}
