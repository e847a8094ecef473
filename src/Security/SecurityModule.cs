using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Kernel.Metrics;
using Slipway.Security.Access;
using Slipway.Security.Audit;
using Slipway.Security.Contracts;
using Slipway.Security.Deliveries;
using Slipway.Security.Http;
using Slipway.Security.Secrets;
using Slipway.Security.Workspaces;

namespace Slipway.Security;

/// <summary>Workspaces, principals, roles, audit and vault.</summary>
public static class SecurityModule
{
    public static IServiceCollection AddSecurity(this IServiceCollection services, string home)
    {
        services.TryAddSingleton<Events>();
        return services.AddAccess(home).AddWorkspaces().AddDeliveries();
    }

    private static IServiceCollection AddAccess(this IServiceCollection services, string home) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("security", typeof(SecurityModule).Assembly))
        .AddSecurityStartup()
        .AddSingleton<RoleStore>()
        .AddSingleton<IAccess, RoleAccess>()
        .AddSingleton<AuditLog>()
        .AddSingleton<IAuditLog>(provider => provider.GetRequiredService<AuditLog>())
        .AddSingleton(_ => VaultKey.LoadOrCreate(home))
        .AddSingleton<IVault, Vault>()
        .AddSingleton<ListAudit>();

    // The module Data stands below and cannot say it itself: the lineage log stays, finished work is no content.
    private static IServiceCollection AddWorkspaces(this IServiceCollection services) => services
        .AddSingleton(new WorkspaceRows
        {
            Kept = ["lineage_edges"],
            Deletions = ["delete from work_items where workspace = @Workspace and state in ('done', 'failed')"],
            AtWork = ["select distinct kind || ' is under way' from work_items where workspace = @Workspace and state = 'leased'"],
            Contents =
            [
                "delete from work_items where workspace = @Workspace",
                "delete from deliveries where workspace = @Workspace",
                "delete from secrets where workspace = @Workspace",
            ],
        })
        .AddSingleton<WorkspaceStore>()
        .AddSingleton<IWorkspaces, KnownWorkspaces>();

    /// <summary>The default workspace and its administrator alone, for a host that starts only some parts of a server.</summary>
    public static IServiceCollection AddSecurityStartup(this IServiceCollection services) => services.AddHostedService<SecurityStartup>();

    /// <summary>Refuses foreign hosts and signs the request in. Comes before routing.</summary>
    public static IApplicationBuilder UseSecurity(this IApplicationBuilder app) =>
        app.UseMiddleware<HostGuard>().UseMiddleware<SignIn>();

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapSecurity(this IEndpointRouteBuilder routes)
    {
        ListAudit.Map(routes);
        SecretRoutes.Map(routes);
        ListDeliveries.Map(routes);
        ResendDelivery.Map(routes);
        WorkspaceRoutes.Map(routes);
    }

    /// <summary>Refuses, with InvalidParameter, an address that other machines can reach.</summary>
    public static void CheckBindAddress(string url) => BindAddress.Check(url);

    private static IServiceCollection AddDeliveries(this IServiceCollection services)
    {
        services.AddOptions<DeliveryOptions>().BindConfiguration(DeliveryOptions.Section).ValidateOnStart();
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<DeliveryOptions>, DeliveryOptionsValidator>()
            .AddSingleton<IValidateOptions<MailOptions>, MailOptionsValidator>()
            .AddSingleton<Destinations>()
            .AddSingleton<IWebClients>(provider => provider.GetRequiredService<Destinations>())
            .AddSingleton<IWebReader, WebReader>()
            .AddSingleton<MailSender>()
            .AddSingleton<DeliveryStore>()
            .AddSingleton<DeliverySender>()
            .AddSingleton<DeliveryQueue>()
            .AddSingleton<IDeliveries>(provider => provider.GetRequiredService<DeliveryQueue>())
            .AddSingleton<ListDeliveries>()
            .AddSingleton<ResendDelivery>()
            .AddSingleton<IGaugeSource, DeliveryGauges>()
            .AddHostedService<DeliveryWorker>();
    }
}
