using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Retention;

/// <summary>
/// Forgets versions that the rule of their asset does not keep. Whatever the rule says, the latest version stays, and those that
/// are newer, that have a label, or that are on hold.
/// </summary>
internal sealed class VersionRetention(RetentionStore declared, DataVersionStore versions, ContentStore content, IAuditLog audit) : IContentRetention
{
    public string Name => "data versions";

    // The rules of the server's configuration know nothing of single assets.
    public async Task<int> ApplyAsync(RetentionRules rules, bool dryRun, CancellationToken ct)
    {
        var count = 0;
        foreach (var rule in await declared.ListAsync(ct))
        {
            foreach (var version in await OverAsync(rule, ct))
            {
                if (dryRun || await ForgetAsync(version, ct))
                    count++;
            }
        }

        return count;
    }

    /// <summary>The versions that a collection would forget now, newest first.</summary>
    public async Task<IReadOnlyList<DataVersion>> OverAsync(RetentionRule rule, CancellationToken ct)
    {
        var over = new List<DataVersion>();
        var held = new Dictionary<Digest, long>();
        var (counted, bytes, isFull) = (0L, 0L, false);
        foreach (var version in await versions.ListAllAsync(rule.Workspace, rule.Name, ct))
        {
            var isProtected = counted == 0 || version.Labels.Count > 0 || version.Tags.ContainsKey(DeleteData.Hold);
            var more = await MoreAsync(rule, version, held, ct);
            isFull |= !isProtected && bytes + more.Values.Sum() > rule.KeepBytes;
            if (!isProtected && (isFull || counted >= rule.KeepVersions))
            {
                over.Add(version);
                continue;
            }

            foreach (var (digest, size) in more)
                held[digest] = size;
            bytes += more.Values.Sum();
            counted += version.IsUsable ? 1 : 0;
        }

        return over;
    }

    // What several versions share is stored once, and counts once.
    private async Task<Dictionary<Digest, long>> MoreAsync(
        RetentionRule rule, DataVersion version, Dictionary<Digest, long> held, CancellationToken ct)
    {
        var more = new Dictionary<Digest, long>();
        if (rule.KeepBytes is null)
            return more;
        foreach (var entry in (await content.GetTreeAsync(version.Tree, ct)).Entries)
        {
            if (!held.ContainsKey(entry.Digest))
                more[entry.Digest] = entry.Size;
        }

        return more;
    }

    private async Task<bool> ForgetAsync(DataVersion version, CancellationToken ct)
    {
        if (!await versions.DeleteAsync(version, ct))
            return false;
        await audit.AppendAsync(new Caller(version.Workspace, Caller.System.Principal), "data.retire", version.Node, $$"""{"tree":"{{version.Tree}}"}""", ct);
        return true;
    }
}
