using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>The server that answers: its address, what every request to it says, and how its failures are told.</summary>
/// <param name="address">Null while it is being started anew.</param>
internal sealed class ProxyServer(HttpClient http, Func<Uri?> address, IReadOnlyDictionary<string, string> headers, TimeSpan timeout) : IDisposable
{
    public const string JsonLengthHeader = "Inference-Header-Content-Length";
    private const int MaxAnswer = 256 * 1024 * 1024;
    private const int MaxReason = 2000;

    // A byte that says whether the message is compressed, and its length in four, big-endian.
    private const int FrameStart = 5;

    public Task<ServerAnswer> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, null, null, ct);

    /// <param name="jsonLength">Of a body with tensors as bytes: how much of it is JSON.</param>
    public async Task<ServerAnswer> PostAsync(string path, ReadOnlyMemory<byte> body, int? jsonLength, CancellationToken ct)
    {
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(jsonLength is null ? "application/json" : "application/octet-stream");
        if (jsonLength is { } length)
            content.Headers.TryAddWithoutValidation(JsonLengthHeader, length.ToString(CultureInfo.InvariantCulture));
        return await SendAsync(HttpMethod.Post, path, content, null, ct);
    }

    /// <summary>Calls a method of gRPC: a message in, a message out.</summary>
    public async Task<ServerAnswer> CallAsync(string method, ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        var frame = new byte[FrameStart + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsMemory(FrameStart));
        using var content = new ByteArrayContent(frame);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        return (await SendAsync(HttpMethod.Post, $"inference.GRPCInferenceService/{method}", content, HttpVersion.Version20, ct)).OfCall();
    }

    /// <param name="version">The version of HTTP that it must be; null: any.</param>
    /// <param name="passed">The caller's headers, over which the server's own win; null: none.</param>
    public async Task<ServerAnswer> SendAsync(
        HttpMethod method, string path, HttpContent? content, Version? version, CancellationToken ct, Dictionary<string, string>? passed = null)
    {
        var to = address() ?? throw new SlipwayException(ErrorCode.Unavailable, "The model server has ended and is being started anew; the deployment's log tells why.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(to, path)) { Content = content };
            if (version is not null)
                (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
            foreach (var (name, value) in headers.Concat(passed?.Where(header => !headers.ContainsKey(header.Key)) ?? []))
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return new ServerAnswer(
                response.StatusCode,
                response.Content.Headers.ContentType?.ToString(),
                response.Headers.TryGetValues(JsonLengthHeader, out var found) || response.Content.Headers.TryGetValues(JsonLengthHeader, out found)
                    ? int.Parse(found.First(), CultureInfo.InvariantCulture)
                    : null,
                await ReadAsync(response, limit.Token))
            {
                Headers = passed is null ? null : response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value)),
                Call = version is null ? null : CallOf(response),
            };
        }
        catch (HttpRequestException exception) when (exception.InnerException is SlipwayException refusal)
        {
            throw new SlipwayException(refusal.Code, $"proxy.url: {refusal.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!ct.IsCancellationRequested)
        {
            throw new SlipwayException(ErrorCode.Timeout, $"The model server did not answer within {timeout.TotalSeconds} seconds.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or FormatException)
        {
            throw new SlipwayException(ErrorCode.Unavailable, $"The model server at {to} does not answer: {exception.Message}", exception);
        }
    }

    public void Dispose() => http.Dispose();

    // Of an answer without a body, gRPC's status is among its headers.
    private static Dictionary<string, string> CallOf(HttpResponseMessage response) => response.TrailingHeaders.Concat(response.Headers)
        .Where(header => header.Key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
        .DistinctBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(header => header.Key, header => string.Join(' ', header.Value), StringComparer.OrdinalIgnoreCase);

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        using var kept = new MemoryStream((int)Math.Clamp(response.Content.Headers.ContentLength ?? 0, 0, MaxAnswer));
        var buffer = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(buffer, ct)) > 0;)
        {
            kept.Write(buffer, 0, read);
            if (kept.Length > MaxAnswer)
                throw new SlipwayException(ErrorCode.EngineFailed, $"The model server answered more than {MaxAnswer} bytes.");
        }

        return kept.ToArray();
    }

    /// <param name="JsonLength">How much of the body is JSON, where bytes of tensors follow.</param>
    internal sealed record ServerAnswer(HttpStatusCode Status, string? ContentType, int? JsonLength, byte[] Body)
    {
        /// <summary>Of an answer that is passed on: its headers.</summary>
        public Dictionary<string, string>? Headers { get; init; }

        /// <summary>How gRPC says that the call ended.</summary>
        public IReadOnlyDictionary<string, string>? Call { get; init; }

        public bool IsGood => (int)Status is >= 200 and < 300;

        /// <summary>Refuses one that is none, in the server's words.</summary>
        public ServerAnswer Good() => IsGood ? this : throw new SlipwayException(
            Status switch
            {
                HttpStatusCode.TooManyRequests => ErrorCode.Exhausted,
                HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable => ErrorCode.Unavailable,
                HttpStatusCode.GatewayTimeout => ErrorCode.Timeout,
                _ => ErrorCode.EngineFailed,
            },
            $"The model server answered {(int)Status}: {Reason()}");

        /// <summary>The message of an answer of gRPC, or what went wrong in HTTP's words.</summary>
        public ServerAnswer OfCall()
        {
            if (!IsGood)
                return this;
            var status = Call?.GetValueOrDefault("grpc-status");
            if (status == "0" && Body.Length >= FrameStart && Body[0] == 0 && BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(1)) == Body.Length - FrameStart)
                return this with { Body = Body[FrameStart..] };
            return this with
            {
                Status = status switch
                {
                    "4" => HttpStatusCode.GatewayTimeout,
                    "8" => HttpStatusCode.TooManyRequests,
                    "14" => HttpStatusCode.ServiceUnavailable,
                    _ => HttpStatusCode.InternalServerError,
                },
                Body = Encoding.UTF8.GetBytes(
                    status is null or "0" ? "no message of gRPC" : $"gRPC status {status}: {Uri.UnescapeDataString(Call!.GetValueOrDefault("grpc-message", ""))}"),
            };
        }

        private string Reason()
        {
            try
            {
                using var json = JsonDocument.Parse(Body);
                foreach (var name in (string[])["error", "message", "detail"])
                {
                    if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var said))
                        return said.ToString();
                }
            }
            catch (JsonException)
            {
                // Its words as they are.
            }

            return Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, MaxReason))).Trim();
        }
    }
}
