using OpenTelemetry.Exporter;
using Slipway.Kernel;
using Slipway.Server.Telemetry;
using Xunit;

namespace Slipway.Unit.Server;

public sealed class OtlpSettingsTests
{
    [Fact]
    public void Nothing_is_sent_while_no_variable_asks_for_it() => Assert.Equal(new OtlpSettings(null, null, null), Read());

    [Fact]
    public void An_endpoint_for_all_sends_all_that_is_not_kept_back()
    {
        var settings = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"), ("OTEL_METRICS_EXPORTER", "none"));

        Assert.Equal((new OtlpDestination(null, null, null), null, new OtlpDestination(null, null, null)), (settings.Traces, settings.Metrics, settings.Logs));
    }

    [Fact]
    public void A_signal_may_have_its_own_endpoint_protocol_and_headers()
    {
        var settings = Read(
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://collector/v1/traces"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b"), ("OTEL_LOGS_EXPORTER", "otlp"));

        Assert.Equal(new OtlpDestination(new Uri("https://collector/v1/traces"), OtlpExportProtocol.HttpProtobuf, "a=b"), settings.Traces);
        Assert.Null(settings.Metrics);
        Assert.Equal(new OtlpDestination(null, null, null), settings.Logs);
    }

    [Fact]
    public void It_can_be_disabled_as_a_whole() =>
        Assert.Equal(new OtlpSettings(null, null, null), Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"), ("OTEL_SDK_DISABLED", "true")));

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER", "zipkin", "OTEL_TRACES_EXPORTER is 'zipkin'; Slipway knows otlp and none.")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector'; write the address of a collector")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "ftp://collector", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is 'ftp://collector'")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json'. Known: grpc, http/protobuf.")]
    public void What_cannot_be_done_is_refused_with_the_variables_name(string name, string value, string told) =>
        Assert.StartsWith(told, Assert.Throws<SlipwayException>(() => Read((name, value))).Message, StringComparison.Ordinal);

    private static OtlpSettings Read(params (string Name, string Value)[] variables) =>
        OtlpSettings.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
