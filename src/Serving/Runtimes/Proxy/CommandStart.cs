using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Slipway.Jobs.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>A program of this machine that serves on a free port, and ends with this process.</summary>
internal sealed class CommandStart(DeploymentFolder folder, IReadOnlyList<string> command, DeploymentLog log) : IServerStart
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

    public string Name => folder.Name;

    public string What => "command";

    public Task<StartedServer> StartAsync(CancellationToken ct)
    {
        var port = FreePort();
        var process = ChildProcess.Start(
            "sh",
            ["-c", Supervised, "sh", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. command.Select(part => Fill(part, port))],
            folder.Environment(),
            Directory.EnumerateFileSystemEntries(folder.CodeFolder).Any() ? folder.CodeFolder : folder.ModelFolder);
        log.Follow(process.Output);
        return Task.FromResult(new StartedServer(new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"), process.Ended, process.End));
    }

    public void Dispose() => folder.Dispose();

    private string Fill(string part, int port) => part
        .Replace("${port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("${model}", folder.ModelFolder, StringComparison.Ordinal)
        .Replace("${code}", folder.CodeFolder, StringComparison.Ordinal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
