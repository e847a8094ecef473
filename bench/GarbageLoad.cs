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
        var packed = new Option<bool>("--packed") { Description = "They came together, and lie in packs." };
        var command = new Command("garbage", "Collect garbage among very many contents.") { objects, garbage, packed };
        command.SetAction((parsed, ct) => MeasureAsync(parsed.GetValue(objects), parsed.GetValue(garbage), parsed.GetValue(packed), ct));
        return command;
    }

    private static async Task MeasureAsync(int objects, int garbage, bool packed, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench").FullName;
        try
        {
            await using var database = Database.Sqlite(Path.Combine(folder, "slipway.db"));
            await new Migrator(database, [DataModule.Migrations], TimeProvider.System).RunAsync(ct);
            var index = new PackIndex(database);
            var copies = new BlobCache(Path.Combine(folder, "cache"), 1 << 30, TimeProvider.System);
            using var blobs = new PackedBlobStore(new LocalBlobStore(folder), index, copies, null);
            var content = new ContentStore(blobs, copies);
            await (packed ? PackAsync(blobs, objects, ct) : WriteAsync(blobs, objects));
            var trees = await GrowAsync(content, objects, garbage, ct);
            var collector = new GarbageCollector(
                blobs,
                new PackCompaction(blobs, index),
                new CondemnedStore(database),
                new ReachableContent([new Trees(trees), new PackRoots(index)], blobs),
                [],
                TimeProvider.System);
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

    private static byte[] Content(int i) => Encoding.UTF8.GetBytes(i.ToString("d8", CultureInfo.InvariantCulture));

    // Without flushing them: it is not the store's writing that is measured.
    private static Task WriteAsync(IBlobStore blobs, int objects)
    {
        for (var i = 0; i < objects; i++)
        {
            var path = blobs.LocalPath(Digest.Of(Content(i)))!;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Content(i));
        }

        return Task.CompletedTask;
    }

    private static async Task PackAsync(IBlobStore blobs, int objects, CancellationToken ct)
    {
        foreach (var batch in Enumerable.Range(0, objects).Chunk(2000))
            await blobs.PutManyAsync([.. batch.Select(i => (ReadOnlyMemory<byte>)Content(i))], ct);
    }

    private static async Task<List<Digest>> GrowAsync(ContentStore content, int objects, int garbage, CancellationToken ct)
    {
        var trees = new List<Digest>();
        var entries = new List<TreeEntry>();
        for (var i = 0; i < objects; i++)
        {
            if (i % garbage != 0)
                entries.Add(new TreeEntry($"{i / 100}/{i}", Digest.Of(Content(i)), 8));
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
