using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace Slipway.Http.Serving.Fuzz;

/// <summary>
/// Requests that are wrong in every way that we could think of, by seed: none may fail the server, hang, or keep others from being
/// answered. SLIPWAY_FUZZ_MINUTES=60 goes on for so long, each protocol in turn, from SLIPWAY_FUZZ_SEED on.
/// </summary>
public sealed class FuzzTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const int Clients = 4;
    private const int RoundsInShort = 500;
    private const int RoundsOfTurn = 5_000;

    private static readonly double s_minutes = Number("SLIPWAY_FUZZ_MINUTES");
    private static readonly int s_seed = (int)Number("SLIPWAY_FUZZ_SEED");

    private readonly Dictionary<string, Func<Random, Task<string>>> _protocols = new()
    {
        ["oip"] = random => HttpAsync(server, Seeds.Oip, random),
        ["binary"] = random => HttpAsync(server, Seeds.Binary, random),
        ["mlflow"] = random => HttpAsync(server, Seeds.Mlflow, random),
        ["azure"] = random => HttpAsync(server, Seeds.Azure, random),
        ["beside"] = random => HttpAsync(server, Seeds.Beside, random),
        ["grpc"] = random => GrpcAsync(server, random),
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_requests_from_which_it_begins_are_good()
    {
        foreach (var seed in new[] { Seeds.Oip, Seeds.Binary, Seeds.Mlflow, Seeds.Azure, Seeds.Beside }.SelectMany(seeds => seeds))
        {
            var answer = await WireClient.SendAsync(server.Client.BaseAddress!, seed.ToBytes(), isCutOff: false, Ct);

            Assert.Equal(seed.Path.EndsWith("/unload", StringComparison.Ordinal) ? 409 : 200, answer?.Status);
        }

        foreach (var (method, message) in Seeds.Grpc)
        {
            Assert.Equal(
                method switch { "Nothing" => "12", "RepositoryModelUnload" => "9", _ => "0" },
                await SendGrpcAsync(server, method, [0, 0, 0, 0, (byte)message.Length, .. message], []));
        }
    }

    [Theory]
    [InlineData("oip")]
    [InlineData("binary")]
    [InlineData("mlflow")]
    [InlineData("azure")]
    [InlineData("beside")]
    [InlineData("grpc")]
    public async Task Damaged_requests_are_refused_or_answered_and_others_go_on(string protocol)
    {
        if (s_minutes == 0)
            await RunAsync(protocol, s_seed, RoundsInShort);
    }

    [Fact]
    public async Task Damaged_requests_for_as_long_as_asked_for_leave_the_memory_as_it_was()
    {
        var (begun, early, turn) = (Stopwatch.StartNew(), 0L, 0);
        for (; begun.Elapsed.TotalMinutes < s_minutes; turn++)
        {
            foreach (var protocol in _protocols.Keys)
                await RunAsync(protocol, s_seed + turn, RoundsOfTurn);
            var resident = Environment.WorkingSet;
            if (early == 0 || begun.Elapsed.TotalMinutes < s_minutes / 10)
                early = resident;
            TestContext.Current.SendDiagnosticMessage(
                "{0}", string.Create(CultureInfo.InvariantCulture, $"seed {s_seed + turn}: {(turn + 1) * RoundsOfTurn * _protocols.Count:N0} requests, {resident / 1e6:N0} MB after {begun.Elapsed.TotalMinutes:N1} minutes"));
        }

        Assert.InRange(Environment.WorkingSet, 0, Math.Max(early, 1) + (turn == 0 ? long.MaxValue / 2 : 256L * 1024 * 1024));
    }

    private async Task RunAsync(string protocol, int seed, int rounds)
    {
        var round = -1;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (var mine = Interlocked.Increment(ref round); mine < rounds; mine = Interlocked.Increment(ref round))
            {
                var failure = await _protocols[protocol](new Random((seed * 1_000_003) + mine));
                Assert.True(failure.Length == 0, $"{protocol}, seed {seed}, round {mine}: {failure}");
                if (mine % 10 == 0)
                    await CheckAnsweredAsync();
            }
        }));
    }

    private async Task CheckAnsweredAsync()
    {
        using var answer = await server.AskAsync("good", "AA", 100);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"data\":[0.75,0.25]", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    // What is wrong with the answer; empty: nothing is.
    private static async Task<string> HttpAsync(ServingServer server, IReadOnlyList<WireRequest> seeds, Random random)
    {
        var request = new Damage(random).Apply(seeds[random.Next(seeds.Count)]);
        var bytes = request.ToBytes();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            // Whatever was changed, this end says nothing more: a request that is not whole must end as well.
            var answer = await WireClient.SendAsync(server.Client.BaseAddress!, bytes, request.IsCutOff, limit.Token);
            return answer is not { } given || (IsRefusal(given) && !given.Text.Contains("   at ", StringComparison.Ordinal))
                ? ""
                : $"{given.Text}\nto {Shown(bytes)}";
        }
        catch (OperationCanceledException) when (!Ct.IsCancellationRequested)
        {
            return $"no answer to {Shown(bytes)}";
        }
    }

    // 501: a transfer encoding that the web server does not know; 503: a version that is not there is not ready; 505: a version of HTTP.
    private static bool IsRefusal((int Status, string Text) answer) =>
        answer.Status is (>= 200 and < 500) or 501 or 505
        || (answer.Status == 503 && answer.Text.EndsWith("\"ready\":false}", StringComparison.Ordinal));

    private static async Task<string> GrpcAsync(ServingServer server, Random random)
    {
        var damage = new Damage(random);
        var (method, good) = damage.Any<(string, byte[])>([.. Seeds.Grpc]);
        var message = random.Next(10) == 0 ? good : damage.Bytes(good);
        byte[] frame = [(byte)(random.Next(8) == 0 ? random.Next(3) : 0), 0, 0, (byte)(message.Length >> 8), (byte)message.Length, .. message];
        if (random.Next(4) == 0)
            frame = damage.Bytes(frame);
        if (random.Next(4) == 0)
            frame = [.. frame, .. frame];
        (string, string)[] headers = random.Next(4) == 0
            ? [damage.Any(("grpc-encoding", "gzip"), ("grpc-encoding", "snappy"), ("grpc-timeout", "1n"), ("grpc-timeout", "x"), ("grpc-timeout", "99999999H"), ("slipway-endpoint", "none"), ("azureml-model-deployment", "green"))]
            : [];
        var status = await SendGrpcAsync(server, method, frame, headers);

        // 2 and 13 are bugs of the server, 15 is data that it lost.
        return status is "2" or "13" or "15" or "" ? $"status '{status}' of {method} to {Convert.ToHexString(frame)} {string.Join(' ', headers)}" : "";
    }

    private static async Task<string> SendGrpcAsync(ServingServer server, string method, byte[] body, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.GrpcUrl, $"/inference.GRPCInferenceService/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await server.Client.SendAsync(request, Ct);
        await response.Content.ReadAsByteArrayAsync(Ct);
        return response.TrailingHeaders.TryGetValues("grpc-status", out var status) ? status.Single() : "";
    }

    private static string Shown(byte[] request)
    {
        var text = Encoding.Latin1.GetString(request);
        return text.Length <= 4000 ? text : $"{text[..4000]}… ({text.Length} bytes)";
    }

    private static double Number(string variable) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Float, CultureInfo.InvariantCulture, out var given) ? given : 0;
}
