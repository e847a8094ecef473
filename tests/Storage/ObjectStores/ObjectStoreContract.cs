using System.Security.Cryptography;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.ObjectStores;

public abstract class ObjectStoreContract : IAsyncLifetime
{
    protected TempFolder Folder { get; } = new();

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected IObjectStore Store { get; private set; } = null!;

    private protected abstract Task<IObjectStore> OpenAsync();

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public ValueTask DisposeAsync()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5 * 1024 * 1024)]
    [InlineData(12 * 1024 * 1024 + 7)]
    public async Task What_is_written_is_read_whether_in_one_part_or_several(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);

        var written = await Store.WriteAsync("a/b c/ü+%.bin", new MemoryStream(bytes), WriteCondition.None, Ct);

        var found = await Store.FindAsync("a/b c/ü+%.bin", Ct);
        Assert.Equal((size, written.ETag), (found!.Size, found.ETag));
        Assert.Equal(bytes, await ReadAsync("a/b c/ü+%.bin", 0, null));
    }

    [Fact]
    public async Task A_range_is_read()
    {
        await WriteAsync("digits", "0123456789");

        Assert.Equal("345"u8.ToArray(), await ReadAsync("digits", 3, 3));
        Assert.Equal("789"u8.ToArray(), await ReadAsync("digits", 7, null));
        Assert.Equal("89"u8.ToArray(), await ReadAsync("digits", 8, 100));
        Assert.Empty(await ReadAsync("digits", 4, 0));
    }

    [Fact]
    public async Task The_pages_of_a_listing_hold_each_name_once_and_in_order()
    {
        string[] names = ["a.txt", "a/1", "a/2", "a/b/3", "a0", "b/1", "c d/ü"];
        foreach (var name in names)
            await WriteAsync(name, name);

        Assert.Equal(names.Order(StringComparer.Ordinal), await ListAsync("", 2));
        Assert.Equal(["a/1", "a/2", "a/b/3"], await ListAsync("a/", 2));
        Assert.Equal(["a.txt", "a/1", "a/2", "a/b/3", "a0"], await ListAsync("a", 100));
        Assert.Empty(await ListAsync("none/", 10));
    }

    [Fact]
    public async Task An_absent_object_is_not_found_and_not_deleted()
    {
        Assert.Null(await Store.FindAsync("none", Ct));
        Assert.False(await Store.DeleteAsync("none", Ct));
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => ReadAsync("none", 0, null));
        Assert.Equal(ErrorCode.NotFound, refusal.Code);
    }

    [Fact]
    public async Task The_etag_that_a_write_tells_is_that_of_the_object()
    {
        foreach (var condition in new[] { WriteCondition.Absent, WriteCondition.None })
        {
            for (var i = 0; i < 20; i++)
            {
                var written = await Store.WriteAsync($"etag/{i}", new MemoryStream([1, 2, 3]), condition, Ct);

                Assert.Equal(written.ETag, (await Store.FindAsync($"etag/{i}", Ct))!.ETag);
            }
        }
    }

    [Fact]
    public async Task A_deleted_object_is_gone()
    {
        await WriteAsync("x", "1");

        Assert.True(await Store.DeleteAsync("x", Ct));

        Assert.Null(await Store.FindAsync("x", Ct));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6 * 1024 * 1024)]
    public async Task A_conditional_write_that_comes_second_is_refused_and_changes_nothing(int size)
    {
        var first = await WriteAsync("x", "first");
        var large = new byte[size];

        foreach (var condition in new[] { WriteCondition.Absent, WriteCondition.Matches("\"0123456789abcdef\"") })
        {
            var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Store.WriteAsync("x", new MemoryStream(large), condition, Ct));
            Assert.Equal(ErrorCode.Conflict, refusal.Code);
        }

        Assert.Equal("first"u8.ToArray(), await ReadAsync("x", 0, null));
        var second = await Store.WriteAsync("x", new MemoryStream(large), WriteCondition.Matches(first.ETag), Ct);
        Assert.NotEqual(first.ETag, second.ETag);
    }

    [Fact]
    public async Task A_read_with_the_etag_of_an_older_content_is_refused()
    {
        var first = await WriteAsync("x", "first");
        await WriteAsync("x", "second!");

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Store.OpenReadAsync("x", 0, null, first.ETag, Ct));

        Assert.Equal(ErrorCode.Conflict, refusal.Code);
    }

    [Fact]
    public async Task A_write_whose_source_fails_in_the_middle_leaves_nothing()
    {
        await Assert.ThrowsAsync<InvalidDataException>(
            () => Store.WriteAsync("x", new BreakingStream(9 * 1024 * 1024), WriteCondition.None, Ct));

        Assert.Null(await Store.FindAsync("x", Ct));
        Assert.Empty(await ListAsync("", 10));
    }

    [Fact]
    public async Task A_cancelled_write_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var source = new BreakingStream(9 * 1024 * 1024, cancel.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.WriteAsync("x", source, WriteCondition.None, cancel.Token));

        Assert.Null(await Store.FindAsync("x", Ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public async Task A_name_that_leaves_the_store_is_refused(string name)
    {
        Func<Task>[] calls =
        [
            () => Store.FindAsync(name, Ct),
            () => Store.OpenReadAsync(name, 0, null, null, Ct),
            () => Store.WriteAsync(name, Stream.Null, WriteCondition.None, Ct),
            () => Store.DeleteAsync(name, Ct),
        ];
        foreach (var call in calls)
            Assert.Equal(ErrorCode.InvalidParameter, (await Assert.ThrowsAsync<SlipwayException>(call)).Code);
    }

    private protected Task<StoredObject> WriteAsync(string name, string text) =>
        Store.WriteAsync(name, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), WriteCondition.None, Ct);

    private protected async Task<byte[]> ReadAsync(string name, long offset, long? length)
    {
        await using var stream = await Store.OpenReadAsync(name, offset, length, null, Ct);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Ct);
        return content.ToArray();
    }

    private async Task<List<string>> ListAsync(string prefix, int limit)
    {
        var names = new List<string>();
        for (string? token = null; ;)
        {
            var page = await Store.ListAsync(prefix, limit, token, Ct);
            Assert.True(page.Items.Count <= limit);
            names.AddRange(page.Items.Select(found => found.Name));
            if ((token = page.NextToken) is null)
                return names;
        }
    }

    private sealed class BreakingStream(int room, Action? instead = null) : MemoryStream(new byte[room])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            if (read > 0)
                return read;
            instead?.Invoke();
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidDataException();
        }
    }
}

public sealed class ObjectsInAFolder : ObjectStoreContract
{
    private protected override Task<IObjectStore> OpenAsync() =>
        Task.FromResult(Stores.Opener().Open(new ObjectStoreAddress.Folder(Folder.Path), new ObjectStoreCredentials()));

    [Fact]
    public async Task A_link_out_of_the_folder_is_refused()
    {
        File.CreateSymbolicLink(Folder.File("out"), "/etc");

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Store.OpenReadAsync("out/passwd", 0, null, null, Ct));

        Assert.Contains("leaves the folder", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SlipwayException>(() => Store.ListAsync("", 10, null, Ct));
    }

    [Fact]
    public async Task A_link_that_leads_round_in_circles_is_refused()
    {
        File.CreateSymbolicLink(Folder.File("round"), Folder.File("round"));

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Store.FindAsync("round", Ct));

        Assert.Contains("circles", refusal.Message, StringComparison.Ordinal);
    }
}

public sealed class ObjectsOnAzure : ObjectStoreContract
{
    private protected override async Task<IObjectStore> OpenAsync() =>
        Stores.Opener().Open(await Stores.NewContainerAsync(Ct), Stores.AzureKey);
}

public sealed class ObjectsOnAzureBySignature : ObjectStoreContract
{
    private protected override async Task<IObjectStore> OpenAsync()
    {
        var container = await Stores.NewContainerAsync(Ct);
        return Stores.Opener().Open(container, Stores.Sas(container, "racwdl", DateTimeOffset.MaxValue.AddYears(-1)));
    }

    [Theory]
    [InlineData("racwdl", -1)]
    [InlineData("rl", 1)]
    public async Task A_signature_that_has_expired_or_does_not_allow_it_is_told_and_not_repeated(string permissions, int hours)
    {
        var container = await Stores.NewContainerAsync(Ct);
        var credentials = Stores.Sas(container, permissions, TimeProvider.System.GetUtcNow().AddHours(hours));
        var store = Stores.Opener().Open(container, credentials);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => store.WriteAsync("x", new MemoryStream([1]), WriteCondition.None, Ct));

        Assert.Equal(ErrorCode.PermissionDenied, refusal.Code);
        Assert.DoesNotContain("sig=", refusal.Message, StringComparison.Ordinal);
    }
}

public sealed class ObjectsOnS3 : ObjectStoreContract
{
    private protected override async Task<IObjectStore> OpenAsync() =>
        Stores.Opener().Open(await Stores.NewBucketAsync(Ct), Stores.S3Key);
}
