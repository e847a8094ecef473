using System.Net.Sockets;
using System.Text.Json;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Runtimes.Python;

namespace Slipway.Bench.Serving;

/// <summary>
/// The workers that an endpoint has, asked by the thinnest client: a thread for each, blocking calls, and always one request in the worker's socket
/// beside the one that it is at.
/// </summary>
internal sealed class BareWorkers : IDisposable
{
    private readonly WorkerProgram _program;
    private readonly byte[] _request;
    private readonly List<(ChildProcess Process, Socket Socket)> _workers = [];

    private BareWorkers(WorkerProgram program, byte[] body)
    {
        _program = program;
        using var call = new WorkerCall();
        call.Write(default, body);
        _request = call.Frame.ToArray();
    }

    public static async Task<BareWorkers> StartAsync(ContentStore content, ModelVersion version, DeploymentSettings settings, byte[] body, CancellationToken ct)
    {
        var bare = new BareWorkers(await WorkerProgram.WriteAsync(await DeploymentFolder.CreateAsync(content, version, settings, ct), "python3", null, ProbeSettings.Default.Start, ct), body);
        for (var i = 0; i < settings.Concurrency; i++)
            bare._workers.Add(await bare.StartAsync(settings, ct));
        return bare;
    }

    /// <summary>Answers of all workers together.</summary>
    public long Ask(double seconds)
    {
        var answers = new long[_workers.Count];
        var threads = _workers.Select((worker, index) => new Thread(() => answers[index] = Ask(worker.Socket, seconds))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return answers.Sum();
    }

    public void Dispose()
    {
        foreach (var (process, socket) in _workers)
        {
            process.End();
            socket.Dispose();
        }

        _program.Folder.Dispose();
    }

    private async Task<(ChildProcess Process, Socket Socket)> StartAsync(DeploymentSettings settings, CancellationToken ct)
    {
        var path = _program.Folder.NextSocket();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var process = _program.Start(path);
        new DeploymentLog().Follow(process.Output);
        var socket = await listener.AcceptAsync(ct);
        using var load = new WorkerCall();
        load.Write(JsonSerializer.SerializeToUtf8Bytes(new WorkerSpec(_program.Folder.ModelFolder, [], null, _program.Folder.FindScript(settings), null), PythonJson.Default.WorkerSpec), default);
        socket.Send(load.Frame.Span);
        Receive(socket, new byte[WorkerCall.AnswerStart]);
        return (process, socket);
    }

    private long Ask(Socket socket, double seconds)
    {
        // The first tells how long answers are.
        var start = new byte[WorkerCall.AnswerStart];
        socket.Send(_request);
        Receive(socket, start);
        var body = new byte[BitConverter.ToInt32(start) + BitConverter.ToInt32(start, 4)];
        Receive(socket, body);
        var answer = new byte[start.Length + body.Length];
        var answers = 0L;
        socket.Send(_request);
        for (var begun = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begun).TotalSeconds < seconds; answers++)
        {
            socket.Send(_request);
            Receive(socket, answer);
        }

        Receive(socket, answer);
        return answers;
    }

    private static void Receive(Socket socket, Span<byte> into)
    {
        while (!into.IsEmpty)
            into = into[socket.Receive(into)..];
    }
}
