using OpenTelemetry.Exporter;
using Slipway.Kernel;

namespace Slipway.Server.Telemetry;

/// <summary>Where a signal goes.</summary>
/// <param name="Endpoint">Null: what all signals say, which the exporter reads by itself.</param>
internal sealed record OtlpDestination(Uri? Endpoint, OtlpExportProtocol? Protocol, string? Headers);

/// <summary>
/// What the standard variables say of exporting
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/): a signal is sent when an endpoint is named for it or
/// for all, or when its exporter is; <c>none</c> and <c>OTEL_SDK_DISABLED</c> keep it from that.
/// </summary>
/// <param name="Traces">Null: they are not sent.</param>
internal sealed record OtlpSettings(OtlpDestination? Traces, OtlpDestination? Metrics, OtlpDestination? Logs)
{
    private const string AllEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Refuses (InvalidParameter) what nobody could send to.</summary>
    public static OtlpSettings Read(Func<string, string?> variable)
    {
        string? Value(string name) => variable(name) is { } text && text.Trim().Length > 0 ? text.Trim() : null;
        if (string.Equals(Value("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            return new OtlpSettings(null, null, null);
        if (Value(AllEndpoint) is { } all)
            Address(AllEndpoint, all);
        if (Value("OTEL_EXPORTER_OTLP_PROTOCOL") is { } protocol)
            Protocol("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
        return new OtlpSettings(Of("TRACES", Value), Of("METRICS", Value), Of("LOGS", Value));
    }

    private static OtlpDestination? Of(string signal, Func<string, string?> value)
    {
        var own = $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT";
        var exporter = $"OTEL_{signal}_EXPORTER";
        var isSent = value(exporter) switch
        {
            null => value(own) is not null || value(AllEndpoint) is not null,
            "otlp" => true,
            "none" => false,
            var other => throw SlipwayException.Invalid($"{exporter} is '{other}'; Slipway knows otlp and none. (Prometheus reads /metrics.)"),
        };
        if (!isSent)
            return null;
        return new OtlpDestination(
            value(own) is { } endpoint ? Address(own, endpoint) : null,
            value($"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL") is { } protocol ? Protocol($"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", protocol) : null,
            value($"OTEL_EXPORTER_OTLP_{signal}_HEADERS"));
    }

    private static Uri Address(string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw SlipwayException.Invalid($"{name} is '{text}'; write the address of a collector, such as http://localhost:4317.");

    private static OtlpExportProtocol Protocol(string name, string text) => text switch
    {
        "grpc" => OtlpExportProtocol.Grpc,
        "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
        _ => throw SlipwayException.Invalid($"{name} is '{text}'. Known: grpc, http/protobuf."),
    };
}
