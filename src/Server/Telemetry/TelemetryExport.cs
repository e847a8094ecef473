using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Slipway.Kernel.Metrics;
using Slipway.Server.Metrics;

namespace Slipway.Server.Telemetry;

/// <summary>Sends metrics, traces and log lines to a collector by OTLP, from the start of a host to its end.</summary>
internal sealed class TelemetryExport(OtlpSettings settings, string service, IEnumerable<IHistogramSource> histograms, GaugeReader gauges, TimeProvider time) : IHostedService, IDisposable
{
    private TracerProvider? _traces;
    private MeterProvider? _metrics;
    private HistogramMeter? _histograms;
    private GaugeMeter? _gauges;

    /// <summary>Nothing is added while the variables ask for nothing.</summary>
    /// <param name="service">The service's name, unless OTEL_SERVICE_NAME gives one.</param>
    public static void Add(IServiceCollection services, ILoggingBuilder logging, string service)
    {
        var settings = OtlpSettings.Read(Environment.GetEnvironmentVariable);
        if (settings.Logs is { } logs)
        {
            // Whatever the console shows: what Slipway does, and what goes wrong in what it stands on.
            logging.AddFilter<OpenTelemetryLoggerProvider>(null, LogLevel.Warning).AddFilter<OpenTelemetryLoggerProvider>("Slipway", LogLevel.Information);
            logging.AddOpenTelemetry(options =>
            {
                options.IncludeFormattedMessage = true;
                options.SetResourceBuilder(ResourceOf(service)).AddOtlpExporter(exporter => Send(exporter, logs));
            });
        }

        if (settings.Traces is not null || settings.Metrics is not null)
        {
            services.AddHostedService(provider =>
                new TelemetryExport(settings, service, provider.GetServices<IHistogramSource>(), provider.GetRequiredService<GaugeReader>(), provider.GetRequiredService<TimeProvider>()));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Traces is { } traces)
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(ResourceOf(service))
                .AddSource("Slipway.*", "Microsoft.AspNetCore", "System.Net.Http")
                .AddOtlpExporter(exporter => Send(exporter, traces))
                .Build();
        }

        if (settings.Metrics is { } metrics)
        {
            _histograms = new HistogramMeter(histograms);
            _gauges = new GaugeMeter(gauges, time);
            _metrics = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(ResourceOf(service))
                .AddMeter("Slipway.*", "Microsoft.AspNetCore.Hosting", "System.Runtime", HistogramMeter.Name, GaugeMeter.Name)
                .AddOtlpExporter(exporter => Send(exporter, metrics))
                .Build();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // What was gathered is sent before the end.
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        _histograms?.Dispose();
        _gauges?.Dispose();
    }

    // Later detectors win: the variables come after the default.
    private static ResourceBuilder ResourceOf(string service) => ResourceBuilder.CreateEmpty()
        .AddTelemetrySdk()
        .AddService(service, autoGenerateServiceInstanceId: true, serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString())
        .AddEnvironmentVariableDetector();

    private static void Send(OtlpExporterOptions exporter, OtlpDestination destination)
    {
        if (destination.Protocol is { } protocol)
            exporter.Protocol = protocol;
        if (destination.Endpoint is { } endpoint)
            exporter.Endpoint = endpoint;
        if (destination.Headers is { } headers)
            exporter.Headers = headers;
    }
}
