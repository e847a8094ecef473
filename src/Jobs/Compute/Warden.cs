using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Execution;

namespace Slipway.Jobs.Compute;

/// <summary>
/// Ends the processes of the steps when this process dies, however it dies: a shell that reads which ones there are from a
/// pipe, and acts when the pipe breaks; those that it was not told of in time bear this home's marker. Otherwise a step could
/// end well here after another worker has begun it again.
/// </summary>
internal sealed partial class Warden(DataOptions data, ILogger<Warden> logger) : IDisposable
{
    // The signals of a terminal reach its whole group; the warden is to outlive this process.
    private const string Script =
        $$"""
        trap '' INT TERM HUP
        declare -A live
        while read -r sign id; do
            case $sign in
                +) live[$id]=1 ;;
                -) unset "live[$id]" ;;
                .) exit 0 ;;
            esac
        done
        for id in "${!live[@]}"; do kill -KILL -- "-$id"; done
        for file in $(grep -lzsF "{{ProcessTree.Marker}}=$1" /proc/[0-9]*/environ); do
            id=${file#/proc/}
            kill -KILL "${id%/environ}"
        done
        """;

    private readonly Lock _gate = new();
    private Process? _shell;
    private bool _failed;

    /// <summary>Stands by; to be called before a process is started, which this one may not survive long enough to tell of.</summary>
    public void Stand() => Tell("");

    /// <summary>The group is to end with this process.</summary>
    public void Watch(int leader) => Tell(Line('+', leader));

    /// <summary>The group has ended.</summary>
    public void Forget(int leader) => Tell(Line('-', leader));

    public void Dispose()
    {
        lock (_gate)
        {
            if (_shell is not null)
                Tell(Line('.', 0));
            _failed = true;
            _shell?.Dispose();
        }
    }

    private static string Line(char sign, int leader) => string.Create(CultureInfo.InvariantCulture, $"{sign} {leader}\n");

    private void Tell(string line)
    {
        lock (_gate)
        {
            if (_failed || !OperatingSystem.IsLinux())
                return;

            try
            {
                _shell ??= Start();
                _shell.StandardInput.Write(line);
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
