using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Slipway.Data;
using Slipway.Kernel.Metrics;
using Slipway.Security;
using Slipway.Server.Contracts;
using Slipway.Server.Errors;
using Slipway.Server.Health;
using Slipway.Server.Metrics;
using Slipway.Serving;

namespace Slipway.Server;

/// <summary>The data plane alone: a process that answers for one endpoint and is told by a server what to answer by.</summary>
public static class EdgeModule
{
    /// <summary>Starts it when it can answer; the caller disposes what it returns, which ends it.</summary>
    public static async Task<WebApplication> StartAsync(EdgeSettings settings, CancellationToken ct)
    {
        ServerModule.CheckAddresses(settings.Own);
        return await ServerModule.StartAsync(Build(settings), settings.Own, ct);
    }

    private static WebApplication Build(EdgeSettings settings)
    {
        var builder = ServerModule.CreateBuilder(settings.Own);
        ServerModule.AddModules(builder.Services, new DataOptions { Home = settings.Own.Home });

        // What trains, watches and schedules is the server's business.
        builder.Services.RemoveAll<IHostedService>();
        builder.Services.RemoveAll<IGaugeSource>();
        builder.Services.AddDataStartup().AddSecurityStartup()
            .AddEdge(settings.Endpoint, settings.Server, settings.Token, settings.Workspace, settings.Own.Home, settings.SpoolBytes)
            .AddCollectionWorker();

        // Files of models that are not answered with any more have nobody here who would ask for their end.
        builder.Configuration["Collection:EveryHours"] ??= "24";

        var app = builder.Build();
        app.UseMiddleware<ErrorRendering>();
        app.UseSecurity();
        HealthRoutes.Map(app);
        PrometheusText.Map(app);
        app.MapScoring();
        app.Services.GetRequiredService<MetricsRegistry>();
        return app;
    }
}
