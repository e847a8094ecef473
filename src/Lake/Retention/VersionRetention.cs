using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Retention;

/// <summary>
/// Forgets versions that the rule of their asset does not keep. Whatever the rule says, the latest version stays, and those that
/// are newer, that have a label, that are on hold, or that something was made from whose history is kept.
/// </summary>
internal sealed class VersionRetention(
    RetentionStore declared, DataVersionStore versions, ContentStore content, LineageLog lineage, IEnumerable<IKeptHistories> histories, IAuditLog audit)
    : IContentRetention
{
    // From a version over cleaned ones, splits and jobs to what was made of it.
    private const int Depth = 20;

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
            if (!isProtected && (isFull || counted >= rule.KeepVersions) && !await IsHistoryAsync(version, ct))
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

    // A walk that finds too much to tell is no proof that nothing needs the version.
    private async Task<bool> IsHistoryAsync(DataVersion version, CancellationToken ct)
    {
        var made = await lineage.DownstreamAsync(version.Workspace, version.Node, Depth, ct);
        if (made.Truncated)
            return true;
        var nodes = made.Edges.Select(edge => edge.To).ToHashSet(StringComparer.Ordinal);
        foreach (var kept in histories)
        {
            if (await kept.ContainsAnyAsync(version.Workspace, nodes, ct))
                return true;
        }

        return false;
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
