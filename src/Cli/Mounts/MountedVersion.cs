using System.Text.Json.Nodes;
using Slipway.Cli.Mounts.Fuse;
using Slipway.Client;

namespace Slipway.Cli.Mounts;

/// <summary>A version of a data asset as a folder, as long as this program runs.</summary>
internal sealed class MountedVersion
{
    private readonly MountedTree _tree;
    private readonly FileBlocks _blocks;
    private readonly ReadTroubles _troubles;

    private MountedVersion(string source, MountedTree tree, SlipwayClient client, TextWriter errors)
    {
        (Source, _tree, _blocks) = (source, tree, new FileBlocks(client.Content.ReadAsync));
        _troubles = new ReadTroubles(errors);
    }

    /// <summary>"azureml:flights:3", also when it was asked for by a label.</summary>
    public string Source { get; }

    public int Files { get; private init; }

    /// <param name="version">The server's record of it.</param>
    public static async Task<MountedVersion> FindAsync(SlipwayClient client, JsonNode version, TextWriter errors, CancellationToken ct)
    {
        var files = await client.Content.ListAsync((string)version["tree"]!, ct);
        var tree = new MountedTree(files, (DateTimeOffset)version["createdAt"]!);
        return new MountedVersion(SourceOf(version), tree, client, errors) { Files = files.Count };
    }

    public static string SourceOf(JsonNode version) => $"azureml:{version["name"]}:{version["version"]}";

    /// <summary>Mounts it, and returns when it was unmounted by somebody, or takes the mount away when the token says so.</summary>
    public async Task RunAsync(MountPoint point, Action mounted, CancellationToken ct)
    {
        using var device = new FuseDevice(point.Mount(Source));
        var session = new FuseSession(device, _tree, _blocks, MountPoint.Owner, _troubles.Tell);
        session.Start();
        try
        {
            await session.Begun.WaitAsync(ct);
            mounted();
            await session.Ended.WaitAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The way to end a mount.
        }
        finally
        {
            if (!session.Ended.IsCompleted)
                point.Unmount(whileInUse: true);
        }
    }
}
