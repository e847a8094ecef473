using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs;
using Slipway.Kernel;
using Slipway.Kernel.Metrics;
using Slipway.Server.Contracts;
using Slipway.Server.Telemetry;

namespace Slipway.Server;

/// <summary>The modules without HTTP: a process that leases steps from the servers' database and runs them.</summary>
public static class WorkerModule
{
    /// <summary>Starts a worker; the caller disposes what it returns, which ends it.</summary>
    public static async Task<IHost> StartAsync(WorkerSettings settings, CancellationToken ct)
    {
        if (!Directory.Exists(Path.Combine(settings.SharedHome, "blobs")))
        {
            throw SlipwayException.Invalid(
                $"'{settings.SharedHome}' is not the home folder of a server; give the one that the servers were started with (--server-home), "
                + "reachable from this machine.");
        }

        if (Path.GetFullPath(settings.SharedHome) == Path.GetFullPath(settings.Home))
            throw SlipwayException.Invalid("A worker needs a home folder of its own; choose another one than the server's with --home.");

        var host = Build(settings);
        try
        {
            await host.StartAsync(ct);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static IHost Build(WorkerSettings settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Jobs:Parallelism"] = settings.Parallelism.ToString(CultureInfo.InvariantCulture),
            ["Jobs:GraceSeconds"] = ((int)settings.Grace.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            ["Jobs:ServerUrl"] = settings.ServerUrl,
            ["Jobs:TellNews"] = "false",
        });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            .SetMinimumLevel(settings.LogLevel);
        ServerModule.AddModules(
            builder.Services,
            new DataOptions { Home = settings.Home, Database = settings.Database, SharedHome = settings.SharedHome, Content = settings.Content });

        // What serves, watches and schedules is the servers' business.
        builder.Services.RemoveAll<IHostedService>();
        builder.Services.RemoveAll<IGaugeSource>();
        builder.Services.AddDataStartup().AddStepWorker();
        TelemetryExport.Add(builder.Services, builder.Logging, "slipway-worker");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Grace + TimeSpan.FromSeconds(30));
        return builder.Build();
    }
}
