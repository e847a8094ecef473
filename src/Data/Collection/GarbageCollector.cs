using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// Deletes contents that no record refers to. One found without a reference is condemned, and deleted by a collection
/// that begins after the grace and still finds none: by then every operation that knew of it has committed its record or
/// given up, and those that came later have taken it off the list (<see cref="CondemnedBlobs"/>).
/// </summary>
internal sealed class GarbageCollector(
    PackedBlobStore blobs,
    PackCompaction packs,
    CondemnedStore condemned,
    ReachableContent records,
    IEnumerable<IContentRetention> retention,
    TimeProvider time)
{
    private const int PageSize = 5000;

    // Who wants a content that is being deleted waits for its batch.
    private const int Batch = 200;

    /// <param name="told">Hears of progress.</param>
    public async Task<CollectionReport> RunAsync(
        CollectionOrder order, Func<CollectionReport, CancellationToken, Task> told, CancellationToken ct)
    {
        var report = new CollectionReport { Phase = "retiring" };
        await told(report, ct);
        report = report with { Phase = "marking", Retired = await RetireAsync(order, ct) };
        await told(report, ct);

        // Before the records are read: what was condemned by then had its grace.
        var begun = time.UtcNow();
        var references = 0L;
        var reachable = await records.MarkAsync(_ => references++, ct);
        report = report with { Phase = "condemning", References = references, Reachable = reachable.Count };

        var due = begun - (long)order.Grace.TotalMilliseconds;
        report = await CondemnAsync(order, report, reachable, due, told, ct);
        if (order.DryRun)
            return report with { Phase = "done" };

        report = await DeleteAsync(report with { Phase = "deleting" }, due, told, ct);
        await told(report with { Phase = "packing" }, ct);
        await packs.RunAsync(ct);
        return report with { Phase = "done" };
    }

    private async Task<IReadOnlyDictionary<string, int>> RetireAsync(CollectionOrder order, CancellationToken ct)
    {
        var retired = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var rule in retention)
            retired[rule.Name] = await rule.ApplyAsync(order.Retention, order.DryRun, ct);
        return retired;
    }

    private async Task<CollectionReport> CondemnAsync(
        CollectionOrder order, CollectionReport report, DigestSet reachable, long due, Func<CollectionReport, CancellationToken, Task> told, CancellationToken ct)
    {
        var waiting = await AcquitAsync(order.DryRun, reachable, due, ct);
        string? token = null;
        do
        {
            var page = await blobs.ListAsync(PageSize, token, ct);
            token = page.NextToken;
            var unreferenced = page.Items.Where(blob => !reachable.Contains(blob.Digest)).ToList();
            var deletable = unreferenced.Where(blob => waiting.Contains(blob.Digest)).ToList();
            report = report with
            {
                Objects = report.Objects + page.Items.Count,
                Bytes = report.Bytes + page.Items.Sum(blob => blob.Size),
                Unreferenced = report.Unreferenced + unreferenced.Count,
                UnreferencedBytes = report.UnreferencedBytes + unreferenced.Sum(blob => blob.Size),
                Deleted = report.Deleted + (order.DryRun ? deletable.Count : 0),
                FreedBytes = report.FreedBytes + (order.DryRun ? deletable.Sum(blob => blob.Size) : 0),
            };
            if (!order.DryRun && unreferenced.Count > 0)
                await condemned.AddAsync(unreferenced, time.UtcNow(), ct);
            await told(report, ct);
        }
        while (token is not null);
        return report;
    }

    /// <summary>Takes those off the list that are referred to again; the others whose grace is over.</summary>
    private async Task<DigestSet> AcquitAsync(bool dryRun, DigestSet reachable, long due, CancellationToken ct)
    {
        var waiting = new DigestSet();
        IReadOnlyList<CondemnedBlob> page = [];
        do
        {
            page = await condemned.ListAsync(page.Count == 0 ? 0 : page[^1].No, PageSize, ct);
            var acquitted = page.Where(row => !row.Claimed && reachable.Contains(Digest.Parse(row.Digest))).ToList();
            if (!dryRun && acquitted.Count > 0)
                await condemned.RemoveAsync([.. acquitted.Select(row => row.No)], ct);
            foreach (var row in page.Where(row => row.CondemnedAt <= due))
                waiting.Add(Digest.Parse(row.Digest));
        }
        while (page.Count == PageSize);
        return waiting;
    }

    private async Task<CollectionReport> DeleteAsync(
        CollectionReport report, long due, Func<CollectionReport, CancellationToken, Task> told, CancellationToken ct)
    {
        while (true)
        {
            // First what a collection that died had begun with: nobody can have wanted it since.
            var batch = await condemned.ClaimedAsync(Batch, ct) is { Count: > 0 } left ? left : await condemned.ClaimAsync(due, Batch, ct);
            if (batch.Count == 0)
                return report;

            await blobs.DeleteManyAsync([.. batch.Select(row => Digest.Parse(row.Digest))], ct);
            await condemned.RemoveAsync([.. batch.Select(row => row.No)], ct);
            report = report with { Deleted = report.Deleted + batch.Count, FreedBytes = report.FreedBytes + batch.Sum(row => row.Size) };
            await told(report, ct);
        }
    }
}
