using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Bench;

/// <summary>
/// A whole server, asked over HTTP by clients in the same process that only send bytes and count bytes. Its rows per
/// second are compared with the bare loop's.
/// </summary>
internal static class ServingLoad
{
    public static Command Command()
    {
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 256, Description = "Rows of one request." };
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 4 };
        var connections = new Option<int>("--connections") { DefaultValueFactory = _ => 2 * Environment.ProcessorCount };
        var collect = new Option<CollectMode>("--collect") { DefaultValueFactory = _ => CollectMode.Drop };
        var command = new Command("serving", "Rows per second of an endpoint, and their ratio to the bare loop.")
        {
            batch, seconds, connections, collect,
        };
        command.SetAction((parsed, ct) => MeasureAsync(
            parsed.GetValue(batch), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(connections),
            parsed.GetValue(collect), ct));
        return command;
    }

    private static async Task MeasureAsync(int batch, TimeSpan time, int connections, CollectMode collect, CancellationToken ct)
    {
        var model = TreeModel.Create(trees: 200, depth: 6);
        using var session = OnnxSession.Load(model);
        var (floor, _) = OnnxFloor.RowsPerSecond(session, batch, time);

        var home = Directory.CreateTempSubdirectory("slipway-bench-");
        try
        {
            await MeasureServerAsync(home.FullName, model, floor, batch, time, connections, collect, ct);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task MeasureServerAsync(
        string home, byte[] model, double floor, int batch, TimeSpan time, int connections, CollectMode collect, CancellationToken ct)
    {
        await using var app = await ServerModule.StartAsync(
            new ServerSettings { Home = home, Urls = ["http://127.0.0.1:0"] }, ct);
        await DeployAsync(app.Services, model, collect, ct);
        var uri = new Uri(app.Urls.First());
        var request = Request(uri, batch);
        await LoadAsync(uri, request, time / 4, connections, ct);
        var allocated = GC.GetTotalAllocatedBytes();
        var (requests, elapsed) = await LoadAsync(uri, request, time, connections, ct);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        var stats = await app.Services.GetRequiredService<IEndpoints>().StatsAsync(Caller.System, "bench", "blue", ct);

        var rows = requests * (double)batch / elapsed.TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rows:N0} rows/s over HTTP at batch {batch}, {rows / floor:P0} of the bare loop's {floor:N0}; " +
            $"{stats.P50Milliseconds:N3} ms p50, {stats.P99Milliseconds:N3} ms p99 in the server, " +
            $"{allocated / requests:N0} bytes allocated per request, {stats.Dropped:N0} rows not collected"));
    }

    private static async Task DeployAsync(IServiceProvider services, byte[] model, CollectMode collect, CancellationToken ct)
    {
        var content = services.GetRequiredService<ContentStore>();
        var blob = await content.PutBytesAsync(model, ct);
        var tree = await content.PutTreeAsync([new TreeEntry("model.onnx", blob.Digest, blob.Size)], ct);
        await services.GetRequiredService<IModelRegistry>().RegisterAsync(
            Caller.System, new NewModelVersion { Model = "trees", Tree = tree.Digest, Flavor = "onnx" }, ct);
        var endpoints = services.GetRequiredService<IEndpoints>();
        await endpoints.CreateAsync(Caller.System, "bench", collect, ct);
        await endpoints.DeployAsync(Caller.System, "bench", "blue", "trees:1", ct);
        await endpoints.SetTrafficAsync(Caller.System, "bench", new Dictionary<string, int> { ["blue"] = 100 }, "measured", ct);
    }

    private static byte[] Request(Uri uri, int batch)
    {
        var random = new Random(5);
        var body = new StringBuilder("{\"inputs\":[");
        foreach (var column in new[] { "origin", "destination" })
        {
            body.Append(CultureInfo.InvariantCulture, $"{{\"name\":\"{column}\",\"shape\":[{batch},1],\"datatype\":\"BYTES\",\"data\":[")
                .AppendJoin(',', Enumerable.Range(0, batch).Select(_ => $"\"{TreeModel.Texts[random.Next(TreeModel.Texts.Length)]}\""))
                .Append("]},");
        }

        body.Append(CultureInfo.InvariantCulture, $"{{\"name\":\"numbers\",\"shape\":[{batch},6],\"datatype\":\"FP32\",\"data\":[")
            .AppendJoin(',', Enumerable.Range(0, batch * 6).Select(_ => random.NextSingle().ToString("0.####", CultureInfo.InvariantCulture)))
            .Append("]}]}");
        return Encoding.UTF8.GetBytes(
            $"POST /endpoints/bench/v2/models/trees/infer HTTP/1.1\r\nHost: {uri.Authority}\r\n" +
            $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private static async Task<(long Requests, TimeSpan Elapsed)> LoadAsync(
        Uri uri, byte[] request, TimeSpan time, int connections, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(
            async () =>
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(uri.Host, uri.Port, ct);
                var buffer = new byte[256 * 1024];
                var count = 0L;
                for (; watch.Elapsed < time; count++)
                {
                    await socket.SendAsync(request, ct);
                    await ReceiveAsync(socket, buffer, ct);
                }

                return count;
            },
            ct)));
        return (counts.Sum(), watch.Elapsed);
    }

    private static async Task ReceiveAsync(Socket socket, byte[] buffer, CancellationToken ct)
    {
        var received = 0;
        var expected = int.MaxValue;
        while (received < expected)
        {
            var arrived = await socket.ReceiveAsync(buffer.AsMemory(received), ct);
            received += arrived;
            if (arrived == 0)
                throw new IOException("The server closed the connection: " + Encoding.UTF8.GetString(buffer, 0, received));
            if (expected == int.MaxValue)
                expected = Expected(buffer.AsSpan(0, received));
        }
    }

    private static int Expected(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return int.MaxValue;
        var head = Encoding.ASCII.GetString(answer[..end]);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            throw new IOException(Encoding.UTF8.GetString(answer));
        var length = head.Split("\r\n").First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return end + 4 + int.Parse(length.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture);
    }
}
