using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;

namespace Slipway.Serving.Edge;

/// <summary>Model versions as the control plane described them, with their files in the local content store.</summary>
internal sealed class PulledVersions(ContentStore content, ControlPlane plane) : IDeployedVersions, IContentRoots
{
    private readonly ConcurrentDictionary<(string Model, int Number), ModelVersion> _known = new();

    private IReadOnlyList<EdgeDeployment> _kept = [];

    public string Name => "edge";

    /// <summary>The files of the deployments that are answered; what was pulled for others is garbage.</summary>
    public async IAsyncEnumerable<ContentRoot> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var deployment in Volatile.Read(ref _kept))
        {
            ct.ThrowIfCancellationRequested();
            foreach (var tree in Trees(deployment))
                yield return new ContentRoot(tree, RootKind.Tree, WorkspaceName.Default, $"deployment:{deployment.Name}", $"deployment {deployment.Name} answers with it");
        }
    }

    /// <summary>These are answered from now on, and no others.</summary>
    public void Keep(IReadOnlyList<EdgeDeployment> deployments) => Volatile.Write(ref _kept, deployments);

    public Task<ModelVersion?> FindAsync(WorkspaceName workspace, OnlineDeployment deployment, CancellationToken ct) =>
        Task.FromResult(_known.GetValueOrDefault((deployment.Model, deployment.ModelVersion)));

    public void Know(EdgeDeployment deployment) => _known[(deployment.Model, deployment.ModelVersion)] = new ModelVersion
    {
        Workspace = WorkspaceName.Default,
        Model = deployment.Model,
        Number = deployment.ModelVersion,
        Tree = Digest.Parse(deployment.Tree),
        Flavor = deployment.Flavor,
        SignatureJson = deployment.Signature,
        Tags = new Dictionary<string, string>(),
        Aliases = [],
        CreatedAt = deployment.CreatedAt,
        CreatedBy = Caller.System.Principal,
    };

    /// <summary>Fetches what is missing of the deployment's model, code and image; every content is checked by its digest.</summary>
    public async Task PullAsync(EdgeDeployment deployment, CancellationToken ct)
    {
        foreach (var tree in Trees(deployment))
            await PullAsync(tree, ct);
    }

    private static IEnumerable<Digest> Trees(EdgeDeployment deployment) =>
        [Digest.Parse(deployment.Tree), .. deployment.Settings.Trees.Select(Digest.Parse)];

    private async Task PullAsync(Digest tree, CancellationToken ct)
    {
        if (await IsWholeAsync(tree, ct))
            return;
        var entries = await plane.ListAsync(tree, ct);
        foreach (var entry in entries)
        {
            if (await content.ExistsAsync(entry.Digest, ct))
                continue;
            await using var stream = await plane.OpenAsync(tree, entry.Path, ct);
            Check(entry.Digest, (await content.PutAsync(stream, ct)).Digest);
        }

        // Last, so that a tree that is there is whole.
        Check(tree, (await content.PutTreeAsync(entries, ct)).Digest);
    }

    // Asking for all of it keeps it from a collection that runs meanwhile, until the deployment is among those that are kept.
    private async Task<bool> IsWholeAsync(Digest tree, CancellationToken ct)
    {
        try
        {
            await content.KeepTreeAsync(tree, ct);
            return true;
        }
        catch (SlipwayException missing) when (missing.Code == ErrorCode.NotFound)
        {
            return false;
        }
    }

    private static void Check(Digest wanted, Digest came)
    {
        if (wanted != came)
            throw new SlipwayException(ErrorCode.Corrupt, $"The server sent {came} for {wanted}; it is asked again.");
    }
}
