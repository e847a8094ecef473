using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>A model server that a deployment runs: started on a free port, started anew when it ends, and ended with this process.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    // Leads the session; when the process of the first argument is gone, so is all that runs here.
    private const string Supervised =
        """
        server=$1; shift
        "$@" &
        child=$!
        (while kill -0 "$server"; do sleep 1; done; kill -KILL 0) >/dev/null 2>&1 &
        wait "$child"; code=$?
        kill "$!"
        exit $code
        """;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_mostPause = TimeSpan.FromSeconds(30);

    private readonly DeploymentFolder _folder;
    private readonly IReadOnlyList<string> _command;
    private readonly DeploymentLog _log;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _start;
    private readonly Liveness _liveness;
    private readonly CancellationTokenSource _stop = new();
    private volatile ChildProcess? _process;
    private volatile Uri? _address;

    public ServerProcess(
        DeploymentFolder folder, IReadOnlyList<string> command, ProbeSettings probe, DeploymentLog log, TimeProvider time, ILogger logger)
    {
        (_folder, _command, _log, _time, _logger) = (folder, command, log, time, logger);
        (_start, _liveness) = (probe.Start, new Liveness(probe, log, time));
    }

    /// <summary>Null while it does not run.</summary>
    public Uri? Address => _address;

    /// <summary>Starts it and waits until it is ready; from then on it is kept running.</summary>
    /// <param name="isReady">Asks the server.</param>
    public async Task StartAsync(Func<CancellationToken, Task<bool>> isReady, CancellationToken ct)
    {
        await StartOnceAsync(isReady, ct);
        _ = KeepAsync(isReady);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _process?.End();
        _folder.Dispose();
    }

    private async Task StartOnceAsync(Func<CancellationToken, Task<bool>> isReady, CancellationToken ct)
    {
        var port = FreePort();
        var process = _process = ChildProcess.Start(
            "sh",
            ["-c", Supervised, "sh", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. _command.Select(part => Fill(part, port))],
            _folder.Environment(),
            Directory.EnumerateFileSystemEntries(_folder.CodeFolder).Any() ? _folder.CodeFolder : _folder.ModelFolder);
        _log.Follow(process.Output);
        _address = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, _stop.Token);
        limit.CancelAfter(_start);
        try
        {
            while (!await isReady(limit.Token))
            {
                if (process.Ended.IsCompleted)
                    throw new SlipwayException(ErrorCode.EngineFailed, $"The command ended with exit code {await process.Ended} before it was ready. {_log.Tail()}".TrimEnd());
                await Task.Delay(s_look, _time, limit.Token);
            }
        }
        catch (Exception exception)
        {
            _address = null;
            process.End();
            throw exception is OperationCanceledException && !ct.IsCancellationRequested && !_stop.IsCancellationRequested
                ? new SlipwayException(ErrorCode.EngineFailed, $"The command's server was not ready within {_start.TotalSeconds} seconds. {_log.Tail()}".TrimEnd(), exception)
                : exception;
        }
    }

    private async Task KeepAsync(Func<CancellationToken, Task<bool>> isReady)
    {
        var pause = TimeSpan.Zero;
        while (true)
        {
            _ = _liveness.WatchAsync(_process!, isReady, _stop.Token);
            var code = await _process!.Ended;
            _address = null;
            if (_stop.IsCancellationRequested)
                return;
            Log.Ended(_logger, _folder.Name, code);
            try
            {
                await Task.Delay(pause, _time, _stop.Token);
                await StartOnceAsync(isReady, CancellationToken.None);
                pause = TimeSpan.Zero;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SlipwayException exception)
            {
                Log.NotStarted(_logger, exception, _folder.Name);
                pause = pause == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : pause * 2 > s_mostPause ? s_mostPause : pause * 2;
            }
        }
    }

    private string Fill(string part, int port) => part
        .Replace("${port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("${model}", _folder.ModelFolder, StringComparison.Ordinal)
        .Replace("${code}", _folder.CodeFolder, StringComparison.Ordinal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static partial class Log
    {
        [LoggerMessage(7011, LogLevel.Warning, "The model server of {Model} ended with exit code {Code} and is started anew")]
        public static partial void Ended(ILogger logger, string model, int code);

        [LoggerMessage(7012, LogLevel.Warning, "The model server of {Model} could not be started anew")]
        public static partial void NotStarted(ILogger logger, Exception exception, string model);
    }
}
