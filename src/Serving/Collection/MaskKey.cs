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
        var caller = Caller.System with { Workspace = workspace };
        if (await vault.FindAsync(caller, Secret, ct) is not { } key)
        {
            await vault.SetAsync(caller, Secret, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), ct);
            key = (await vault.FindAsync(caller, Secret, ct))!;
        }

        return CollectionRule.Read(policy, Convert.FromHexString(key));
    }
}
