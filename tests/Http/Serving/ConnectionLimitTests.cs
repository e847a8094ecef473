using System.Net.Sockets;
using Slipway.Server.Contracts;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class ConnectionLimitTests : IAsyncLifetime
{
    private readonly ServingServer _server = new() { Limits = new ConnectionLimits { MaxConnections = 8 } };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_connection_too_many_is_closed_at_once_and_its_place_is_free_when_another_ends()
    {
        // The test's own client, which made the endpoint, has one.
        var clients = new List<TcpClient>();
        for (var i = 0; i < 7; i++)
            clients.Add(await ConnectAsync());

        using var refused = await ConnectAsync();
        Assert.Equal(0, await ReadAsync(refused));
        clients.ForEach(client => client.Dispose());

        while (true)
        {
            using var later = await ConnectAsync();
            await later.GetStream().WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Ct);
            if (await ReadAsync(later) > 0)
                break;
        }

        Assert.Contains("kestrel_rejected_connections_total", await _server.Client.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(_server.Client.BaseAddress!.Host, _server.Client.BaseAddress.Port, Ct);
        return client;
    }

    private static async Task<int> ReadAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1024], Ct);
        }
        catch (IOException)
        {
            // Closed before it had read what we sent.
            return 0;
        }
    }
}
