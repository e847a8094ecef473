using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Containers;

/// <summary>The image of an environment: one that is here, one that is fetched, or one that is built.</summary>
internal sealed class ContainerImages(ContainerEngine engine, ContentStore content, DataOptions data)
{
    /// <summary>The image's digest. NotFound when it would have to be fetched or built and may not.</summary>
    public async Task<string> FindAsync(TaskEnvironment environment, bool mayFetch, TextWriter says, CancellationToken ct)
    {
        // What is built from the same content is the same image.
        var name = environment.BuildTree is { } tree
            ? $"localhost/slipway-build:{Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{tree} {environment.Dockerfile}")).ToString()[^32..]}"
            : environment.Image ?? throw SlipwayException.Invalid(
                "A container needs an image: give the environment one (environment: {image: …}) or a folder to build (environment: {build: …}).");
        if (await engine.FindImageAsync(name, ct) is { } here)
            return here;
        if (!mayFetch)
            throw SlipwayException.NotFound("Image", name);

        if (environment.BuildTree is { } context)
            await BuildAsync(context, environment.Dockerfile, name, says, ct);
        else
            await engine.PullAsync(name, ct);
        return await engine.FindImageAsync(name, ct)
            ?? throw new SlipwayException(ErrorCode.Unavailable, $"The image '{name}' was made but is not there.");
    }

    private async Task BuildAsync(Digest context, string dockerfile, string name, TextWriter says, CancellationToken ct)
    {
        var folder = Path.Combine(data.Home, "temp", $"build-{Guid.CreateVersion7():N}");
        try
        {
            Directory.CreateDirectory(folder);
            await content.MaterializeAsync(context, folder, ct);
            await engine.BuildAsync(folder, dockerfile, name, says, ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
