using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Slipway.Bench.Serving;

/// <summary>Connections that another process holds until this is disposed.</summary>
internal sealed class HeldConnections : IDisposable
{
    public const string Verb = "hold";

    private readonly Process _process;

    private HeldConnections(Process process) => _process = process;

    public static Command Command()
    {
        var address = new Argument<string>("address");
        var idle = new Argument<int>("idle");
        var slow = new Argument<int>("slow");
        var command = new Command(Verb, "The clients of 'serving-connections', until the standard input ends.") { address, idle, slow };
        command.Hidden = true;
        command.SetAction((parsed, _) => HoldAsync(new Uri(parsed.GetValue(address)!), parsed.GetValue(idle), parsed.GetValue(slow)));
        return command;
    }

    public static HeldConnections Start(Uri address, int idle, int slow) => new(Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!,
        [Verb, address.ToString(), idle.ToString(CultureInfo.InvariantCulture), slow.ToString(CultureInfo.InvariantCulture)])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!);

    /// <summary>How many could be opened.</summary>
    public async Task<int> OpenedAsync(CancellationToken ct) =>
        int.Parse(await _process.StandardOutput.ReadLineAsync(ct) ?? throw new IOException("The clients have ended."), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task HoldAsync(Uri address, int idle, int slow)
    {
        var sockets = new List<Socket>();
        for (var i = 0; i < idle + slow; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address.Host, address.Port);
            sockets.Add(socket);
        }

        Console.WriteLine(sockets.Count);
        var ended = Console.In.ReadLineAsync();
        foreach (var letter in "POST /endpoints/bench/v2/models/trees/infer HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + new string('x', 1000))
        {
            foreach (var socket in sockets.Take(slow).Where(socket => socket.Connected))
                Send(socket, (byte)letter);
            if (await Task.WhenAny(ended, Task.Delay(1000)) == ended)
                break;
        }

        await ended;
        sockets.ForEach(socket => socket.Dispose());
    }

    private static void Send(Socket socket, byte letter)
    {
        try
        {
            socket.Send([letter]);
        }
        catch (SocketException)
        {
            // The server has let it go, as it should.
        }
    }
}
