using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Cli.Mounts;
using Slipway.Cli.Mounts.Fuse;
using Slipway.Client;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Cli.Mounts;

/// <summary>The kernel's part is played here: its messages byte by byte, as include/uapi/linux/fuse.h lays them out.</summary>
public sealed class FuseSessionTests
{
    private const int NoEntry = -2, InputOutput = -5, NotAFolder = -20, IsAFolder = -21, NoSystemCall = -38;

    private static readonly MountedTree s_tree = new(
        [new("a.txt", "0", 6), new("sub/b c.txt", "1", 0), new("sub/deep/Züge.csv", "2", 5_000_000_000)], new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_kernel_agrees_on_what_it_can_do_and_hears_so_before_the_mount_is_used()
    {
        var device = new Device();
        var session = Start(device);

        var reply = await device.AskAsync(26, 0, Words32(7, 38, 131072, uint.MaxValue));

        await session.Begun.WaitAsync(Ct);
        Assert.Equal(64, reply.Body.Length);
        Assert.Equal([7u, 31u, 1048576u], MemoryMarshal.Cast<byte, uint>(reply.Body)[..3].ToArray());
        Assert.Equal((0, 256), (reply.Error, BinaryPrimitives.ReadUInt16LittleEndian(reply.Body.AsSpan(28))));
        device.End();
        await session.Ended.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_kernel_that_wants_files_to_be_opened_is_refused_in_a_sentence()
    {
        var device = new Device();
        var session = Start(device);

        var reply = await device.AskAsync(26, 0, Words32(7, 23, 131072, (1 << 24) - 1));

        Assert.Equal(NoSystemCall, reply.Error);
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => session.Begun.WaitAsync(Ct));
        Assert.Contains("takes Linux 5.1 or later. slipway data download", refusal.Message, StringComparison.Ordinal);
        device.End();
    }

    [Theory]
    [InlineData(1, "a.txt", 2, 6, 0x8124)]
    [InlineData(1, "sub", 3, 0, 0x416D)]
    [InlineData(3, "b c.txt", 4, 0, 0x8124)]
    [InlineData(5, "Züge.csv", 6, 5_000_000_000, 0x8124)]
    [InlineData(1, "none", 0, 0, 0)]
    public async Task A_name_is_looked_up(ulong folder, string name, ulong node, ulong size, uint mode)
    {
        var reply = await AskAsync(1, folder, [.. Encoding.UTF8.GetBytes(name), 0]);

        Assert.Equal((0, 128), (reply.Error, reply.Body.Length));
        var words = MemoryMarshal.Cast<byte, ulong>(reply.Body);
        var halves = MemoryMarshal.Cast<byte, uint>(reply.Body);
        Assert.Equal((node, node, size), (words[0], words[5], words[6]));
        Assert.Equal(mode, halves[25]);
        Assert.True(words[2] > 1_000_000, "The kernel may keep that it is there, or is not, for as long as the mount is there.");
        if (node != 0)
            Assert.Equal((1772323200ul, 70u, 80u, 4096u), (words[9], halves[27], halves[28], halves[30]));
    }

    [Fact]
    public async Task Attributes_are_told_of_what_is_there()
    {
        var file = await AskAsync(3, 6, new byte[16]);
        var none = await AskAsync(3, 7, new byte[16]);

        Assert.Equal((0, 104), (file.Error, file.Body.Length));
        Assert.Equal(5_000_000_000ul, MemoryMarshal.Cast<byte, ulong>(file.Body)[3]);
        Assert.Equal((NoEntry, 0), (none.Error, none.Body.Length));
    }

    [Theory]
    [InlineData(28)]
    [InlineData(44)]
    public void A_folder_is_listed_whole_whatever_room_there_is(uint operation) => Prop.ForAll(
        (from names in Gen.Choose(1, 40).ListOf(30) from room in Gen.Choose(400, 3000) select (names: names.Distinct().Order().ToList(), room)).ToArbitrary(),
        given =>
        {
            var names = given.names.ConvertAll(length => new string('ä', length));
            var tree = new MountedTree(names.Select(name => new ContentFile($"in/{name}", "0", 1)), DateTimeOffset.UnixEpoch);
            var replies = new NodeReplies(tree, (0, 0));
            var listed = new List<string>();
            for (ulong offset = 0; ;)
            {
                var (error, body) = replies.Folder(2, new FuseRead(0, offset, (uint)given.room, 0, 0, 0, 0), operation == 44);
                if (error != 0 || body.Length == 0)
                    break;
                offset = ReadFolder(body, operation == 44, listed);
            }

            return listed.SequenceEqual([".", "..", .. names]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public async Task A_file_is_read_where_the_kernel_says_and_no_further_than_its_end()
    {
        var whole = await AskAsync(15, 2, Range(0, 4096));
        var part = await AskAsync(15, 2, Range(4, 1));
        var beyond = await AskAsync(15, 2, Range(6, 10));
        var empty = await AskAsync(15, 4, Range(0, 10));

        Assert.Equal("abcdef", Encoding.UTF8.GetString(whole.Body));
        Assert.Equal("e", Encoding.UTF8.GetString(part.Body));
        Assert.Equal([(0, 0), (0, 0)], new[] { beyond, empty }.Select(reply => (reply.Error, reply.Body.Length)));
    }

    [Fact]
    public async Task What_cannot_be_is_answered_with_the_error_that_programs_know()
    {
        Assert.Equal(IsAFolder, (await AskAsync(15, 1, Range(0, 10))).Error);
        Assert.Equal(NoEntry, (await AskAsync(15, 99, Range(0, 10))).Error);
        Assert.Equal(NotAFolder, (await AskAsync(1, 2, "x\0"u8.ToArray())).Error);
        Assert.Equal(NotAFolder, (await AskAsync(28, 2, Range(0, 1000))).Error);
        Assert.Equal(NoEntry, (await AskAsync(1, ulong.MaxValue, "x\0"u8.ToArray())).Error);
        Assert.Equal(InputOutput, (await AskAsync(15, 6, Range(0, 10))).Error);
    }

    [Theory]
    [InlineData(14)] // open: so that the kernel asks for it no more
    [InlineData(27)] // open a folder
    [InlineData(16)] // write
    [InlineData(22)] // an extended attribute
    [InlineData(999)]
    public async Task What_is_not_needed_is_answered_as_not_there(uint operation) =>
        Assert.Equal(NoSystemCall, (await AskAsync(operation, 2, new byte[64])).Error);

    [Fact]
    public async Task A_read_that_hangs_ends_when_the_kernel_interrupts_it()
    {
        var device = new Device();
        var session = new FuseSession(device, s_tree, new FileBlocks((_, _, _, _, _) => Task.Delay(Timeout.Infinite, Ct)), (0, 0), (_, _) => { });
        session.Start();

        var read = device.AskAsync(15, 2, Range(0, 6), unique: 70);
        while (!read.IsCompleted)
        {
            // Until the read is waited for there is nothing to interrupt; the kernel asks again as well.
            device.Say(36, 0, BitConverter.GetBytes(70ul));
            await Task.Delay(5, Ct);
        }

        Assert.Equal(-4, (await read).Error);
        device.End();
    }

    private static FuseSession Start(Device device)
    {
        var session = new FuseSession(device, s_tree, new FileBlocks(FetchAsync), (70, 80), (_, _) => { });
        session.Start();
        return session;
    }

    private static Task FetchAsync(string digest, long offset, IReadOnlyList<Memory<byte>> parts, Action<int> filled, CancellationToken ct)
    {
        if (digest != "0")
            throw new IOException("Nobody is there.");
        "abcdef"u8.CopyTo(parts[0].Span);
        filled(0);
        return Task.CompletedTask;
    }

    private static async Task<(int Error, byte[] Body)> AskAsync(uint operation, ulong node, byte[] body)
    {
        var device = new Device();
        Start(device);
        var reply = await device.AskAsync(operation, node, body);
        device.End();
        return reply;
    }

    private static ulong ReadFolder(byte[] body, bool withAttributes, List<string> names)
    {
        var next = 0ul;
        for (var at = 0; at < body.Length;)
        {
            if (withAttributes)
                at += 128;
            next = BinaryPrimitives.ReadUInt64LittleEndian(body.AsSpan(at + 8));
            var length = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(at + 16));
            names.Add(Encoding.UTF8.GetString(body, at + 24, length));
            at += (24 + length + 7) / 8 * 8;
        }

        return next;
    }

    private static byte[] Range(ulong offset, uint size) => MemoryMarshal.AsBytes<ulong>([0, offset, size, 0, 0]).ToArray();

    private static byte[] Words32(params uint[] words) => MemoryMarshal.AsBytes(words.AsSpan()).ToArray();

    private sealed class Device : IFuseDevice
    {
        private readonly BlockingCollection<byte[]> _requests = [];
        private readonly ConcurrentDictionary<ulong, TaskCompletionSource<(int, byte[])>> _replies = new();

        public int Read(byte[] buffer)
        {
            // Without a token: this is a thread of the session, which nobody would catch for.
            if (!_requests.TryTake(out var request, Timeout.Infinite))
                return 0;
            request.CopyTo(buffer, 0);
            return request.Length;
        }

        public void Write(params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
        {
            byte[] all = [];
            foreach (var part in parts)
                all = [.. all, .. part.Span];
            Assert.Equal((uint)all.Length, BinaryPrimitives.ReadUInt32LittleEndian(all));
            _replies[BinaryPrimitives.ReadUInt64LittleEndian(all.AsSpan(8))].SetResult((BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(4)), all[16..]));
        }

        public Task<(int Error, byte[] Body)> AskAsync(uint operation, ulong node, byte[] body, ulong unique = 2)
        {
            var reply = new TaskCompletionSource<(int, byte[])>(TaskCreationOptions.RunContinuationsAsynchronously);
            _replies[unique] = reply;
            Send(operation, node, body, unique);
            return reply.Task.WaitAsync(TimeSpan.FromMinutes(1), Ct);
        }

        public void Say(uint operation, ulong node, byte[] body) => Send(operation, node, body, 1_000_000);

        public void End() => _requests.CompleteAdding();

        private void Send(uint operation, ulong node, byte[] body, ulong unique) => _requests.Add(
            [
                .. BitConverter.GetBytes(40 + body.Length), .. BitConverter.GetBytes(operation), .. BitConverter.GetBytes(unique),
                .. BitConverter.GetBytes(node), .. new byte[16], .. body,
            ]);
    }
}
