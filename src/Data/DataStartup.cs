using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Slipway.Data;

/// <summary>Before any other part of the host starts: take the home's lock, then bring the schema up to date.</summary>
internal sealed class DataStartup(IServiceProvider services, TimeProvider time) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<HomeLock>();
        await services.GetRequiredService<Migrator>().RunAsync(cancellationToken);

        // A server that died left half-written blobs; a day is longer than any upload takes.
        var blobs = services.GetRequiredService<IBlobStore>();
        if (blobs is PackedBlobStore { Whole: LocalBlobStore local })
            local.DeleteUnfinished(time.GetUtcNow().AddDays(-1));
        else
            await blobs.ExistsAsync(Digest.Of([]), cancellationToken); // wrong credentials are told now and not with the first job
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
