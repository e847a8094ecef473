using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using Slipway.Kernel;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>A server with https by PEM files, as clients that know the root alone see it.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly OwnAuthority _authority = new();
    private readonly ServingServer _server;

    public TlsTests()
    {
        _authority.Issue();
        _server = new ServingServer { Certificate = new CertificateFiles(_authority.CertificateFile, _authority.KeyFile) };
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task Both_protocols_of_http_and_grpc_share_the_address()
    {
        using var client = _authority.Client(_server.SecureUrl);

        var versions = new List<Version>();
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/endpoints/flights/v2/models/late/ready") { Version = version };
            using var answer = await client.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            versions.Add(answer.Version);
        }

        using var call = new HttpRequestMessage(HttpMethod.Post, "/inference.GRPCInferenceService/ServerLive")
        {
            Version = HttpVersion.Version20,
            Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        using var live = await client.SendAsync(call, Ct);

        Assert.Equal([0, 0, 0, 0, 2, 8, 1], await live.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal([HttpVersion.Version11, HttpVersion.Version20], versions);
    }

    [Fact]
    public async Task A_grpc_client_of_another_make_calls_every_service_over_it()
    {
        await Golden.MatchAsync(await GrpcTests.RunClientAsync(_server.SecureUrl.Authority, _authority.RootFile), "grpc-client.txt");
    }

    [Fact]
    public async Task A_client_that_knows_no_root_is_not_served()
    {
        using var client = new HttpClient { BaseAddress = _server.SecureUrl };

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/health/live", Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_renewed_certificate_is_presented_without_a_restart()
    {
        var first = await SerialAsync();
        using var client = _authority.Client(_server.SecureUrl);
        Assert.Equal("OK", await client.GetStringAsync("/health/live", Ct));
        _authority.Issue();

        while (await SerialAsync() == first)
            await Task.Delay(50, Ct);

        // Connections that were there go on, and so do new ones.
        Assert.Equal("OK", await client.GetStringAsync("/health/live", Ct));
        using var later = _authority.Client(_server.SecureUrl);
        Assert.Equal("OK", await later.GetStringAsync("/health/live", Ct));
    }

    [Fact]
    public async Task What_is_no_handshake_is_let_go()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _server.SecureUrl.Port, Ct);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Ct);

        Assert.Equal(0, await socket.ReceiveAsync(new byte[100], Ct));
    }

    [Theory]
    [InlineData("https://127.0.0.1:0", false, "needs a certificate")]
    [InlineData("http://127.0.0.1:0", true, "no https address")]
    public async Task An_address_and_a_certificate_need_each_other(string url, bool given, string why)
    {
        using var home = new TempFolder();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => ServerModule.StartAsync(
            new ServerSettings { Home = home.Path, Urls = [url], Certificate = given ? _server.Certificate : null }, Ct));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_answers_elsewhere_has_it_as_well()
    {
        using var home = new TempFolder();
        await using var edge = await EdgeModule.StartAsync(
            new EdgeSettings
            {
                Endpoint = "flights",
                Server = _server.Client.BaseAddress!,
                Own = new ServerSettings { Home = home.Path, Urls = ["https://127.0.0.1:0"], Certificate = _server.Certificate },
            },
            Ct);
        using var client = _authority.Client(new Uri(edge.Urls.Single()));

        Assert.Contains("late", await client.GetStringAsync("/endpoints/flights/v2/models/late", Ct), StringComparison.Ordinal);
    }

    private async Task<string> SerialAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _server.SecureUrl.Port, Ct);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = _authority.Trust() }, Ct);
        return tls.RemoteCertificate!.GetSerialNumberString();
    }
}
