using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Etl;
using Slipway.Jobs;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake;
using Slipway.Lake.Contracts;
using Slipway.Lineage;
using Slipway.Monitoring;
using Slipway.Registry;
using Slipway.Security;
using Slipway.Server.Contracts;
using Slipway.Server.Errors;
using Slipway.Server.Health;
using Slipway.Server.Http;
using Slipway.Server.Metrics;
using Slipway.Server.OpenApi;
using Slipway.Server.Studio;
using Slipway.Server.Telemetry;
using Slipway.Serving;
using Slipway.Serving.Contracts;
using Slipway.Tracking;
using Slipway.Training;

namespace Slipway.Server;

/// <summary>Composes the modules into one program.</summary>
public static class ServerModule
{
    /// <summary>
    /// Starts a server: locks the home, migrates the database, listens. The caller disposes what it returns, which ends
    /// the server and frees the home.
    /// </summary>
    public static async Task<WebApplication> StartAsync(ServerSettings settings, CancellationToken ct)
    {
        CheckAddresses(settings);
        return await StartAsync(Build(settings), settings, ct);
    }

    internal static void CheckAddresses(ServerSettings settings)
    {
        if (settings.Urls.Count == 0)
            throw SlipwayException.Invalid("There is no address to listen on; write --urls http://127.0.0.1:5000 or the like.");
        foreach (var url in settings.Urls.Concat(settings.GrpcUrls))
            SecurityModule.CheckBindAddress(url);
        Listening.CheckCertificate(settings);
    }

    internal static async Task<WebApplication> StartAsync(WebApplication app, ServerSettings settings, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
            return app;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException or SocketException)
        {
            await app.DisposeAsync();
            throw new SlipwayException(
                ErrorCode.Unavailable,
                $"Another program listens on {string.Join(", ", settings.Urls)}; choose another address with --urls.",
                exception);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// The step kinds of all modules, for checking definitions without a server. They can be asked for their fields;
    /// only a server can run them.
    /// </summary>
    public static IReadOnlyCollection<IStepKind> StepKinds()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        AddModules(services, new DataOptions { Home = Path.Combine(Path.GetTempPath(), "slipway-definitions") });
        return [.. services.BuildServiceProvider().GetServices<IStepKind>()];
    }

    private static WebApplication Build(ServerSettings settings)
    {
        var builder = CreateBuilder(settings);
        AddModules(builder.Services, new DataOptions { Home = settings.Home, Database = settings.Database, Content = settings.Content });
        TelemetryExport.Add(builder.Services, builder.Logging, "slipway-server");

        var app = builder.Build();
        app.UseRequestTrace();
        app.UseMergedSlashes();
        app.UseSafeAnswers();

        // What is refused on the way is told in the shape of the route.
        app.UseRouting();
        app.UseMiddleware<ErrorRendering>();
        app.UseWholeQueries();
        app.UseSecurity();
        app.UseStudio();
        MapModules(app);
        // It counts from the start, not from the first look at the page.
        app.Services.GetRequiredService<MetricsRegistry>();
        return app;
    }

    /// <summary>The web server and the log, without any module.</summary>
    internal static WebApplicationBuilder CreateBuilder(ServerSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelHttpsConfiguration().UseUrls([.. settings.Urls, .. settings.GrpcUrls]);
        builder.WebHost.ConfigureKestrel(kestrel => Listening.Configure(kestrel, settings));
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
            // A failed start is told once, by whoever called: not by the host with a stack trace.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            // While it may write anything, the web server makes an activity and a scope for every request.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", level => settings.LogLevel <= LogLevel.Information && level >= settings.LogLevel)
            // It tells of each connection that finds no room; they are counted at /metrics.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", level => settings.LogLevel <= LogLevel.Information && level >= settings.LogLevel)
            .SetMinimumLevel(settings.LogLevel);
        QuietDraining.Wrap(builder.Services);
        return builder;
    }

    internal static void AddModules(IServiceCollection services, DataOptions data) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton<Events>()
        .AddSingleton<MetricsRegistry>()
        .AddSingleton<GaugeReader>()
        .AddWireSchemas()
        .AddCompleteBodies()
        .Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true)
        .AddData(data)
        .AddSecurity(data.SharedHome ?? data.Home)
        .AddLineage()
        .AddLake(new LakeOptions { TempFolder = Path.Combine(data.Home, "temp") })
        .AddTracking()
        .AddRegistry()
        .AddJobs()
        .AddTraining()
        .AddEtl()
        .AddServing(new ServingOptions { TempFolder = Path.Combine(data.Home, "temp") })
        .AddMonitoring();

    private static void MapModules(WebApplication app)
    {
        HealthRoutes.Map(app);
        PrometheusText.Map(app);
        app.MapOpenApi();
        var api = app.MapGroup("/api/v1");
        api.MapSecurity();
        api.MapLineage();
        api.MapLake();
        api.MapRegistry();
        api.MapJobs();
        api.MapTraining();
        api.MapEtl();
        api.MapMonitoring();
        app.MapTracking();
        app.MapMlflowRegistry();
        app.MapServing();
    }
}
