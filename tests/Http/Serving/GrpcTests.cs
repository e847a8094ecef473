using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class GrpcTests(ServingServer server) : IClassFixture<ServingServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_real_client_finds_the_services_by_reflection_and_calls_each()
    {
        await Golden.MatchAsync(await RunClientAsync(server.GrpcUrl.Authority), "grpc-client.txt");
    }

    [Theory]
    [InlineData("0000000000", "3")]
    [InlineData("007FFFFFFF", "8")]
    [InlineData("0100000000", "3")]
    [InlineData("00000000260A046C6174652A180A0864697374616E63651204465033321A068080808002013A040000803F", "8")]
    [InlineData("0000000005AA", "3")]
    [InlineData("00", "3")]
    [InlineData("", "3")]
    [InlineData("00000000020A00FF", "3")]
    [InlineData("00000000060A046C617465", "3")]
    public async Task Frames_that_are_broken_end_with_a_status_and_nothing_else(string hex, string status)
    {
        using var response = await SendAsync(Convert.FromHexString(hex), "application/grpc");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(status, response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Theory]
    [InlineData("0000000003120131", "0")]
    [InlineData("000000000612046C617465", "5")]
    public async Task Statistics_of_a_version_are_found_without_the_models_name(string hex, string status)
    {
        using var response = await SendAsync(Convert.FromHexString(hex), "application/grpc", method: "ModelStatistics");

        Assert.Equal(status, response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        using var response = await SendAsync([], "application/json");

        Assert.Equal("3", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Theory]
    [InlineData("1n", "4")]
    [InlineData("soon", "3")]
    [InlineData("99999999H", "5")]
    public async Task A_deadline_ends_a_call(string timeout, string status)
    {
        using var response = await SendAsync(Convert.FromHexString("00000000050A036C6174"), "application/grpc", timeout);

        Assert.Equal(status, response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Random_damage_is_answered_or_refused_and_never_fails()
    {
        var random = new Random(61);
        var good = Convert.FromHexString(
            "0A046C6174652A140A0763617272696572120542595445531A0201012A140A0864697374616E6365120446503332"
            + "1A0201013A060200000041413A040000C842");
        for (var round = 0; round < 300; round++)
        {
            var bytes = good.ToList();
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                var at = random.Next(bytes.Count);
                if (random.Next(2) == 0)
                    bytes[at] = (byte)random.Next(256);
                else
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 5), bytes.Count - at));
            }

            using var response = await SendAsync([0, 0, 0, 0, (byte)bytes.Count, .. bytes], "application/grpc");

            // 0 answered, 3 wrong, 5 another model, 8 too large: not 2 or 13, which are bugs.
            Assert.Contains(response.TrailingHeaders.GetValues("grpc-status").Single(), new[] { "0", "3", "5", "8" });
        }
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] body, string type, string? timeout = null, string method = "ModelInfer")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.GrpcUrl, $"/inference.GRPCInferenceService/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Add("grpc-timeout", timeout);
        var response = await server.Client.SendAsync(request, Ct);
        await response.Content.ReadAsByteArrayAsync(Ct);
        return response;
    }

    internal static async Task<string> RunClientAsync(params string[] arguments)
    {
        var script = Repository.Path("tests/Http/Serving/Clients/grpc_client.py");
        using var client = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = client.StandardError.ReadToEndAsync(Ct);
        var output = await client.StandardOutput.ReadToEndAsync(Ct);
        await client.WaitForExitAsync(Ct);
        Assert.True(client.ExitCode == 0, output + await errors);
        Assert.All(output.TrimEnd().Split('\n'), line => Assert.NotNull(JsonNode.Parse(line)));
        return output;
    }
}
