using Microsoft.Extensions.Hosting;
using Slipway.Kernel;
using Slipway.Security.Http;

namespace Slipway.Security.Access;

/// <summary>After the migrations: makes the default workspace and its local administrator when they are missing.</summary>
internal sealed class SecurityStartup(RoleStore roles) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await roles.CreateWorkspaceAsync(Caller.System, WorkspaceName.Default, cancellationToken);
        var local = new Caller(WorkspaceName.Default, SignIn.LocalAdministrator);
        if (await roles.FindAsync(local, cancellationToken) is null)
            await roles.AssignAsync(Caller.System, local.Principal, Role.Parse("administrator"), cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
