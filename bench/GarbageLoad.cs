using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Bench;

/// <summary>
/// What a collection costs: a local store of very many small blobs, most of them in trees that records refer to. The first
/// collection condemns the rest, the second deletes it.
/// </summary>
internal static class GarbageLoad
{
    private const int FilesInATree = 10_000;

    public static Command Command()
    {
        var objects = new Option<int>("--objects") { DefaultValueFactory = _ => 1_000_000 };
        var garbage = new Option<int>("--garbage") { Description = "Every how-many-th of them nothing refers to.", DefaultValueFactory = _ => 10 };
        var command = new Command("garbage", "Collect garbage among very many contents.") { objects, garbage };
        command.SetAction((parsed, ct) => MeasureAsync(parsed.GetValue(objects), parsed.GetValue(garbage), ct));
        return command;
    }

    private static async Task MeasureAsync(int objects, int garbage, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench").FullName;
        try
        {
            await using var database = Database.Sqlite(Path.Combine(folder, "slipway.db"));
            await new Migrator(database, [DataModule.Migrations], TimeProvider.System).RunAsync(ct);
            var blobs = new LocalBlobStore(folder);
            var trees = await FillAsync(blobs, folder, objects, garbage, ct);
            var collector = new GarbageCollector(
                blobs, new CondemnedStore(database), new ReachableContent([new Trees(trees)], blobs), [], TimeProvider.System);
            GC.Collect();

            // A grace of nothing: no writer is here.
            var order = new CollectionOrder(DryRun: false, TimeSpan.Zero, RetentionRules.None);
            await TimeAsync("condemn", collector, order with { Grace = TimeSpan.FromDays(1) }, ct);
            await TimeAsync("delete", collector, order, ct);
            Console.WriteLine($"peak memory of the process: {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Written without flushing them: it is not the store's writing that is measured.
    private static async Task<List<Digest>> FillAsync(LocalBlobStore blobs, string folder, int objects, int garbage, CancellationToken ct)
    {
        var content = new ContentStore(blobs, new BlobCache(Path.Combine(folder, "cache"), 1 << 30, TimeProvider.System));
        var trees = new List<Digest>();
        var entries = new List<TreeEntry>();
        for (var i = 0; i < objects; i++)
        {
            var digest = Digest.Of(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
            var path = blobs.LocalPath(digest);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, [1]);
            if (i % garbage != 0)
                entries.Add(new TreeEntry($"{i / 100}/{i}", digest, 1));
            if (entries.Count < FilesInATree && i < objects - 1)
                continue;
            trees.Add((await content.PutTreeAsync(entries, ct)).Digest);
            entries.Clear();
        }

        return trees;
    }

    private static async Task TimeAsync(string what, GarbageCollector collector, CollectionOrder order, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var report = await collector.RunAsync(order, (_, _) => Task.CompletedTask, ct);
        Console.WriteLine(
            $"{what}: {clock.Elapsed.TotalSeconds:N1} s for {report.Objects:N0} objects, {report.Unreferenced:N0} without a reference, {report.Deleted:N0} deleted");
    }

    private sealed class Trees(IReadOnlyList<Digest> trees) : IContentRoots
    {
        public string Name => "bench";

        public async IAsyncEnumerable<ContentRoot> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            await Task.Yield();
            foreach (var tree in trees)
                yield return new ContentRoot(tree, RootKind.Tree, WorkspaceName.Default, $"data:bench@{tree.Hex[..8]}", "of the bench");
        }
    }
}
