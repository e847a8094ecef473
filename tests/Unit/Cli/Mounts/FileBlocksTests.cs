using FsCheck;
using FsCheck.Fluent;
using Slipway.Cli.Mounts;
using Xunit;

namespace Slipway.Unit.Cli.Mounts;

public sealed class FileBlocksTests
{
    private const int Block = FileBlocks.BlockSize;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Any_reads_of_any_files_give_the_bytes_that_are_there_also_when_fetches_fail_and_memory_is_short() => Prop.ForAll(
        (from sizes in Gen.Choose(1, 6 * Block).ArrayOf(3)
         from reads in (from file in Gen.Choose(0, 2) from at in Gen.Choose(0, 999) from length in Gen.Choose(1, 2 * Block) select (file, at, length)).ListOf(12)
         from failing in Gen.Choose(2, 9)
         select (sizes, reads, failing)).ToArbitrary(),
        given =>
        {
            var server = new Server(given.sizes) { FailsEach = given.failing };
            var blocks = new FileBlocks(server.ReadAsync, mostBlocks: 3);

            foreach (var (file, at, length) in given.reads)
            {
                var offset = (int)((long)given.sizes[file] * at / 1000);
                var wanted = server.Contents[file].AsSpan(offset, Math.Min(length, given.sizes[file] - offset)).ToArray();
                if (!wanted.AsSpan().SequenceEqual(ReadAsync(blocks, server, file, offset, wanted.Length).GetAwaiter().GetResult()))
                    return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public async Task Who_reads_on_makes_few_requests_and_who_looks_into_a_file_fetches_little()
    {
        var server = new Server([200 * Block, 200 * Block]);
        var blocks = new FileBlocks(server.ReadAsync);

        for (var offset = 0; offset < 200 * Block; offset += Block / 2)
            await ReadAsync(blocks, server, 0, offset, Block / 2);
        var inOrder = server.Requests.OrderBy(request => request.Offset).ToList();
        server.Requests.Clear();
        await ReadAsync(blocks, server, 1, (200 * Block) - 8, 8);
        await ReadAsync(blocks, server, 1, 90 * Block, 100);

        // 1, 2, 4, … 32 blocks, each once
        Assert.Equal([1, 2, 4, 8, 16, 32, 32, 32, 32, 32, 9], inOrder.Select(request => request.Length / Block));
        Assert.Equal(Enumerable.Range(0, 11).Select(run => inOrder.Take(run).Sum(request => (long)request.Length)), inOrder.Select(request => request.Offset));
        Assert.Equal([(199L * Block, Block), (90L * Block, Block)], server.Requests);
    }

    [Fact]
    public async Task What_was_read_a_moment_ago_is_not_fetched_again()
    {
        var server = new Server([Block]);
        var blocks = new FileBlocks(server.ReadAsync);

        await ReadAsync(blocks, server, 0, 0, 10);
        await ReadAsync(blocks, server, 0, 5, 100);

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_fetch_that_failed_fails_those_who_wait_and_is_tried_again_for_the_next()
    {
        var server = new Server([3 * Block]) { FailsEach = 1 };
        var blocks = new FileBlocks(server.ReadAsync);

        await Assert.ThrowsAsync<IOException>(async () => await blocks.ReadAsync("0", 3 * Block, 0, 3 * Block, Ct));
        server.FailsEach = 0;

        Assert.Equal(server.Contents[0], await ReadAsync(blocks, server, 0, 0, 3 * Block));
    }

    [Fact]
    public async Task Whoever_is_interrupted_waits_no_longer_and_others_get_what_was_fetched()
    {
        var server = new Server([Block]) { Gate = new TaskCompletionSource() };
        var blocks = new FileBlocks(server.ReadAsync);
        using var interrupted = new CancellationTokenSource();

        var first = blocks.ReadAsync("0", Block, 0, 10, interrupted.Token).AsTask();
        var second = ReadAsync(blocks, server, 0, 0, 10);
        await interrupted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        server.Gate.SetResult();

        Assert.Equal(server.Contents[0][..10], await second);
    }

    private static async Task<byte[]> ReadAsync(FileBlocks blocks, Server server, int file, int offset, int length)
    {
        while (true)
        {
            try
            {
                using var parts = await blocks.ReadAsync($"{file}", server.Contents[file].Length, offset, length, Ct);
                return [.. parts.Memory.SelectMany(part => part.ToArray())];
            }
            catch (IOException) when (server.FailsEach > 1)
            {
                // As a program that reads again after an error
            }
        }
    }

    private sealed class Server(int[] sizes)
    {
        private int _asked;

        public byte[][] Contents { get; } = [.. sizes.Select((size, seed) =>
        {
            var bytes = new byte[size];
            new Random(seed).NextBytes(bytes);
            return bytes;
        })];

        public List<(long Offset, int Length)> Requests { get; } = [];

        public int FailsEach { get; set; }

        public TaskCompletionSource? Gate { get; init; }

        public async Task ReadAsync(string digest, long offset, IReadOnlyList<Memory<byte>> parts, Action<int> filled, CancellationToken ct)
        {
            lock (Requests)
                Requests.Add((offset, parts.Sum(part => part.Length)));
            if (Gate is not null)
                await Gate.Task;
            var fails = FailsEach > 0 && Interlocked.Increment(ref _asked) % FailsEach == 0;
            for (var i = 0; i < parts.Count; i++)
            {
                if (fails && i == parts.Count / 2)
                    throw new IOException("The line is dead.");
                Contents[int.Parse(digest, null)].AsSpan((int)offset, parts[i].Length).CopyTo(parts[i].Span);
                offset += parts[i].Length;
                filled(i);
            }
        }
    }
}
