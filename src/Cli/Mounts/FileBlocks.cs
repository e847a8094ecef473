namespace Slipway.Cli.Mounts;

/// <summary>Fills the parts, one after the other, with what a content holds from the offset on, and tells of each that is full.</summary>
internal delegate Task ReadContent(string digest, long offset, IReadOnlyList<Memory<byte>> parts, Action<int> filled, CancellationToken ct);

/// <summary>
/// Blocks of contents, fetched when they are asked for, and before that where somebody reads on. They lie in memory for a while: what was read stays with the kernel.
/// </summary>
internal sealed class FileBlocks(ReadContent fetch, int mostBlocks = FileBlocks.Most)
{
    public const int BlockSize = 256 * 1024;

    // 128 MiB
    private const int Most = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Digest, long Index), Block> _blocks = [];
    private readonly LinkedList<Block> _byUse = new();
    private readonly Dictionary<string, ReadingOn> _readers = [];
    private readonly Stack<byte[]> _free = new();

    /// <summary>Length bytes from the offset on, all of them within the content; to be disposed once they are used.</summary>
    public async ValueTask<BlockParts> ReadAsync(string digest, long size, long offset, int length, CancellationToken ct)
    {
        var blocks = Take(digest, size, offset / BlockSize, (offset + length - 1) / BlockSize);
        var parts = new BlockParts(this, blocks, (int)(offset % BlockSize), length);
        try
        {
            foreach (var block in blocks)
                await block.Ready.WaitAsync(ct);
            return parts;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    internal void Release(IEnumerable<Block> blocks)
    {
        lock (_gate)
        {
            foreach (var block in blocks)
                block.Users--;
        }
    }

    private Block[] Take(string digest, long size, long first, long last)
    {
        lock (_gate)
        {
            var reader = ReaderOf(digest, (size + BlockSize - 1) / BlockSize);
            var taken = new Block[last - first + 1];
            for (var index = first; index <= last; index++)
            {
                // In use before others are made room for
                var block = Use(digest, index);
                if (reader.Wants(index, block is not null, last - index + 1) is var (from, count))
                    Start(digest, size, from, count);
                taken[index - first] = block ?? Use(digest, index)!;
            }

            return taken;
        }
    }

    private ReadingOn ReaderOf(string digest, long end)
    {
        // Nobody reads on in one block.
        if (end == 1)
            return new ReadingOn(end);
        if (!_readers.TryGetValue(digest, out var reader))
            _readers[digest] = reader = new ReadingOn(end);
        return reader;
    }

    private Block? Use(string digest, long index)
    {
        if (!_blocks.TryGetValue((digest, index), out var block))
            return null;
        block.Users++;
        _byUse.Remove(block.Use);
        _byUse.AddLast(block.Use);
        return block;
    }

    private void Start(string digest, long size, long from, long count)
    {
        var run = new List<Block>();
        for (var index = from; index < from + count && !_blocks.ContainsKey((digest, index)); index++)
        {
            MakeRoom();
            var block = new Block(digest, index, _free.TryPop(out var buffer) ? buffer : new byte[BlockSize], (int)Math.Min(BlockSize, size - (index * BlockSize)));
            _blocks.Add((digest, index), block);
            _byUse.AddLast(block.Use);
            run.Add(block);
        }

        if (run.Count > 0)
            _ = Task.Run(() => FetchAsync(run));
    }

    private async Task FetchAsync(List<Block> run)
    {
        var filled = 0;
        try
        {
            await fetch(run[0].Digest, run[0].Index * BlockSize, run.ConvertAll(block => block.Memory), part =>
            {
                run[part].SetReady();
                filled = part + 1;
            }, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Whoever waits for them hears of it, and the next who asks tries again.
            lock (_gate)
            {
                foreach (var lost in run.Skip(filled))
                {
                    _blocks.Remove((lost.Digest, lost.Index));
                    _byUse.Remove(lost.Use);
                    lost.SetFailed(exception);
                }
            }
        }

        Release(run);
    }

    private void MakeRoom()
    {
        for (var use = _byUse.First; use is not null && _blocks.Count >= mostBlocks;)
        {
            var (block, next) = (use.Value, use.Next);
            if (block.Users == 0)
            {
                _blocks.Remove((block.Digest, block.Index));
                _byUse.Remove(use);
                _free.Push(block.Buffer);
            }

            use = next;
        }
    }
}

/// <summary>A block in memory. Whoever uses it, its fetching included, is counted; it goes when nobody does.</summary>
internal sealed class Block
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Block(string digest, long index, byte[] buffer, int length)
    {
        (Digest, Index, Buffer, Memory) = (digest, index, buffer, buffer.AsMemory(0, length));
        Use = new LinkedListNode<Block>(this);
    }

    public string Digest { get; }

    public long Index { get; }

    public byte[] Buffer { get; }

    public Memory<byte> Memory { get; }

    public LinkedListNode<Block> Use { get; }

    public int Users { get; set; } = 1;

    public Task Ready => _ready.Task;

    public void SetReady() => _ready.SetResult();

    public void SetFailed(Exception exception) => _ready.SetException(exception);
}

/// <summary>Bytes of a content where they lie, until they are disposed.</summary>
internal sealed class BlockParts(FileBlocks owner, Block[] blocks, int offset, int length) : IDisposable
{
    public ReadOnlyMemory<byte>[] Memory
    {
        get
        {
            var parts = new ReadOnlyMemory<byte>[blocks.Length];
            var (start, left) = (offset, length);
            for (var i = 0; i < parts.Length; i++)
            {
                var part = blocks[i].Memory[start..Math.Min(blocks[i].Memory.Length, start + left)];
                (parts[i], start, left) = (part, 0, left - part.Length);
            }

            return parts;
        }
    }

    public void Dispose() => owner.Release(blocks);
}
