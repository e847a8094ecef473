using Slipway.Client;
using Slipway.EndToEnd.CommandLine;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Telemetry;

public sealed class TelemetryTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_trace_goes_from_the_caller_to_the_request_the_step_its_command_and_its_log_lines()
    {
        await using var collector = await OtlpReceiver.StartAsync(Ct);
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        using var server = await SlipwayHost.StartAsync(
            "Slipway listens",
            ["server", "--home", _folder.File("home"), "--urls", url],
            Ct,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=secret"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test"));

        await RunAsync(url);
        await server.StopAsync(Ct);

        var request = Assert.Single(collector.Spans, span => span.Name == "POST /api/v1/jobs");
        var step = Assert.Single(collector.Spans, span => span.Name == "step command");
        Assert.Equal((Trace, Caller), (request.Trace, request.Parent));
        Assert.Equal((Trace, request.Id), (step.Trace, step.Parent));
        Assert.Equal($"00-{Trace}-{step.Id}-01 none", await File.ReadAllTextAsync(_folder.File("seen"), Ct));
        Assert.Contains(collector.Lines, line => line.Text.StartsWith("Submitted job", StringComparison.Ordinal) && line.Trace == Trace);
        Assert.Contains("slipway.jobs.steps", collector.Metrics);
        Assert.Contains("slipway.jobs.step.duration", collector.Metrics);
        Assert.Contains("service.name=slipway-server", collector.Resources);
        Assert.Contains("deployment.environment=test", collector.Resources);
        Assert.DoesNotContain(collector.Spans, span => span.Name.Contains("/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_collector_a_command_still_goes_on_with_the_trace_of_the_caller()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);

        await RunAsync(server.Url);

        var seen = await File.ReadAllTextAsync(_folder.File("seen"), Ct);
        Assert.Matches($"^00-{Trace}-[0-9a-f]{{16}}-01 none$", seen);
    }

    [Fact]
    public async Task An_address_that_is_none_keeps_the_server_from_starting_with_a_sentence()
    {
        var call = SlipwayProgram.Call(["server", "--home", _folder.File("home"), "--urls", $"http://127.0.0.1:{FreePort.Next()}"]);
        call.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4317x";

        var refused = await Executable.RunAsync(call, Ct);

        Assert.Equal((2, "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4317x'; write the address of a collector, such as http://localhost:4317."), (refused.ExitCode, refused.Error.Trim()));
    }

    private async Task RunAsync(string url)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        using var client = new SlipwayClient(http.BaseAddress);
        await http.GetStringAsync("health", Ct);
        using var submission = new HttpRequestMessage(HttpMethod.Post, "api/v1/jobs")
        {
            Content = new StringContent(
                $$"""{"yaml": "type: command\nname: traced\nenvironment: azureml:any@latest\ncommand: printf '%s %s' $TRACEPARENT ${OTEL_EXPORTER_OTLP_HEADERS:-none} > {{_folder.File("seen")}}", "source": "job.yml"}""",
                System.Text.Encoding.UTF8,
                "application/json"),
        };
        submission.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
        (await http.SendAsync(submission, Ct)).EnsureSuccessStatusCode();
        Assert.Equal("Completed", (await client.Jobs.WaitAsync("traced", Ct)).Status);
    }
}
