using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Slipway.Data;

/// <summary>Before any other part of the host starts: take the home's lock, then bring the schema up to date.</summary>
internal sealed class DataStartup(IServiceProvider services, DataOptions options, TimeProvider time) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<HomeLock>();
        DeleteTemporaries(Path.Combine(options.Home, "temp"));
        await services.GetRequiredService<Migrator>().RunAsync(cancellationToken);

        // A server that died left half-written blobs; a day is longer than any upload takes.
        var blobs = services.GetRequiredService<IBlobStore>();
        if (blobs is PackedBlobStore { Whole: LocalBlobStore local })
            local.DeleteUnfinished(time.GetUtcNow().AddDays(-1));
        else
            await blobs.ExistsAsync(Digest.Of([]), cancellationToken); // wrong credentials are told now and not with the first job
    }

    // Whoever made them is dead: the home is ours alone.
    private static void DeleteTemporaries(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A container's files may be another user's; they cost space and nothing else.
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
