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
        var open = new List<TcpClient>();
        while (await AnsweredAsync() is { } client)
            open.Add(client);

        // The test's own client, which made the endpoint, may have kept a connection.
        Assert.InRange(open.Count, 6, 8);
        open.ForEach(client => client.Dispose());

        while (true)
        {
            using var later = await AnsweredAsync();
            if (later is not null)
                break;
        }

        Assert.Contains("kestrel_rejected_connections_total", await _server.Client.GetStringAsync("/metrics", Ct), StringComparison.Ordinal);
    }

    /// <summary>A new connection over which the server has answered; null if it was closed instead.</summary>
    private async Task<TcpClient?> AnsweredAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(_server.Client.BaseAddress!.Host, _server.Client.BaseAddress.Port, Ct);
        try
        {
            await client.GetStream().WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Ct);
            if (await client.GetStream().ReadAsync(new byte[1024], Ct) > 0)
                return client;
        }
        catch (IOException)
        {
            // Closed before it had read what we sent.
        }

        client.Dispose();
        return null;
    }
}
