using System.ComponentModel;
using System.Diagnostics;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Slurm;

/// <summary>Slurm's own programs; its settings come from the machine (slurm.conf, SLURM_CONF).</summary>
internal static class SlurmCommands
{
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var (code, output, error) = await TryAsync(program, arguments, ct);
        return code == 0 ? output : throw new SlipwayException(ErrorCode.Unavailable, $"{program} refused: {error.Trim()}");
    }

    public static async Task<(int Code, string Output, string Error)> TryAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, (await output).Trim(), await error);
    }

    private static Process Start(string program, IReadOnlyList<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception exception)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable, $"This machine has no {program}; install Slurm's client programs to use the compute 'slurm'.", exception);
        }
    }
}
