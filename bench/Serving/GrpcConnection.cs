using System.Net;
using System.Net.Http.Headers;

namespace Slipway.Bench.Serving;

/// <summary>A gRPC client that sends the same message again and again over an HTTP/2 connection of its own.</summary>
internal sealed class GrpcConnection(Uri url, byte[] message) : ILoadConnection
{
    private static readonly MediaTypeHeaderValue s_grpc = new("application/grpc");

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { InitialHttp2StreamWindowSize = 1024 * 1024 });

    public bool Ask()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, "/inference.GRPCInferenceService/ModelInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(message),
        };
        request.Content.Headers.ContentType = s_grpc;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.Add("slipway-endpoint", "bench");
        using var response = _client.SendAsync(request, CancellationToken.None).GetAwaiter().GetResult();
        using var body = response.Content.ReadAsStream();
        while (body.Read(_buffer) > 0)
        {
            // Only the end is of interest.
        }

        return response.TrailingHeaders.TryGetValues("grpc-status", out var status) && status.Single() == "0";
    }

    public void Dispose() => _client.Dispose();
}
