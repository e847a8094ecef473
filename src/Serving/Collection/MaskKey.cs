using System.Security.Cryptography;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Collection;

/// <summary>The key under which a workspace's masked values are hashed, in its vault; made when it is first needed.</summary>
internal sealed class MaskKey(IVault vault)
{
    private const string Secret = "serving-mask-key";

    public async Task<CollectionRule> ReadAsync(WorkspaceName workspace, CollectionPolicy? policy, CancellationToken ct)
    {
        if (!CollectionRule.Hashes(policy))
            return CollectionRule.Read(policy, []);
        return CollectionRule.Read(policy, Convert.FromHexString(await GetAsync(workspace, ct)));
    }

    /// <summary>In hexadecimal digits; for a data plane elsewhere, which must mask alike.</summary>
    public async Task<string> GetAsync(WorkspaceName workspace, CancellationToken ct)
    {
        var caller = Caller.System with { Workspace = workspace };
        if (await vault.FindAsync(caller, Secret, ct) is { } known)
            return known;
        await vault.SetAsync(caller, Secret, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), ct);
        return (await vault.FindAsync(caller, Secret, ct))!;
    }

    public Task SetAsync(WorkspaceName workspace, string key, CancellationToken ct) =>
        vault.SetAsync(Caller.System with { Workspace = workspace }, Secret, key, ct);
}
