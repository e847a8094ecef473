using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Execution;

namespace Slipway.Jobs.Compute;

/// <summary>
/// Ends the processes of the steps when this process dies, however it dies: a shell that reads which ones there are from a
/// pipe, and acts when the pipe breaks. Otherwise a step could end well here after another worker has begun it again.
/// </summary>
internal sealed partial class Warden(DataOptions data, ILogger<Warden> logger) : IDisposable
{
    // The signals of a terminal reach its whole group; the warden is to outlive this process.
    private const string Script =
        $$"""
        trap '' INT TERM HUP
        declare -A live
        while read -r sign id; do
            if [ "$sign" = + ]; then live[$id]=1; else unset "live[$id]"; fi
        done
        [ ${#live[@]} != 0 ] || exit 0
        for id in "${!live[@]}"; do kill -KILL -- "-$id"; done
        for file in $(grep -lzsF "{{ProcessTree.Marker}}=$1" /proc/[0-9]*/environ); do
            id=${file#/proc/}
            kill -KILL "${id%/environ}"
        done
        """;

    private readonly Lock _gate = new();
    private Process? _shell;
    private bool _failed;

    /// <summary>The group is to end with this process.</summary>
    public void Watch(int leader) => Tell('+', leader);

    /// <summary>The group has ended.</summary>
    public void Forget(int leader) => Tell('-', leader);

    public void Dispose()
    {
        lock (_gate)
        {
            _failed = true;
            _shell?.StandardInput.Dispose();
            _shell?.Dispose();
        }
    }

    private void Tell(char sign, int leader)
    {
        lock (_gate)
        {
            if (_failed || !OperatingSystem.IsLinux())
                return;

            try
            {
                _shell ??= Start();
                _shell.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{sign} {leader}\n"));
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // The next start of this home ends what is left over; steps need not wait for a warden.
                _failed = true;
                Log.Gone(logger, exception);
            }
        }
    }

    private Process Start()
    {
        var shell = Process.Start(new ProcessStartInfo("bash", ["-c", Script, "slipway-warden", StepWorker.MarkerOf(data.Home)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        shell.StandardInput.AutoFlush = true;
        return shell;
    }

    private static partial class Log
    {
        [LoggerMessage(6012, LogLevel.Warning, "The warden of the steps' processes is gone; a crash may leave some behind until the next start")]
        public static partial void Gone(ILogger logger, Exception exception);
    }
}
