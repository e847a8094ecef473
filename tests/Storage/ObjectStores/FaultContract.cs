using System.Security.Cryptography;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Xunit;

namespace Slipway.Storage.ObjectStores;

public abstract class FaultContract : IAsyncLifetime
{
    private static readonly byte[] s_content = RandomNumberGenerator.GetBytes(3_000_000);

    private FaultyProxy _proxy = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected IObjectStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var direct = await StartAsync(Stores.Opener(), server => server);
        await direct.WriteAsync("data.bin", new MemoryStream(s_content), WriteCondition.None, Ct);
        var patient = new ObjectStoreLimits { Attempts = 3, FirstDelay = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromSeconds(2) };
        Store = await StartAsync(Stores.Opener(patient), server => (_proxy = new FaultyProxy(server)).Address);
    }

    public ValueTask DisposeAsync()
    {
        _proxy.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_download_whose_connection_is_cut_twice_goes_on_where_it_was_cut()
    {
        _proxy.CutAfter(1_000_000, connections: 2);

        Assert.Equal(s_content, await ReadAsync());
    }

    [Fact]
    public async Task A_server_that_answers_500_twice_is_asked_again()
    {
        _proxy.Answer500(connections: 2);

        Assert.Equal(s_content.Length, (await Store.FindAsync("data.bin", Ct))!.Size);
    }

    [Fact]
    public async Task A_server_that_answers_500_for_ever_is_given_up_in_one_sentence()
    {
        _proxy.Answer500(connections: 1000);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Store.FindAsync("data.bin", Ct));

        Assert.Equal(ErrorCode.Unavailable, refusal.Code);
        Assert.Contains("tried 3 times", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("500", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public async Task A_server_that_says_nothing_any_more_is_given_up_as_too_late()
    {
        _proxy.StallAfter(1_000_000);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(ReadAsync);

        Assert.Equal(ErrorCode.Timeout, refusal.Code);
        Assert.Contains("no answer within 2 s", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_meets_a_broken_connection_is_made_again()
    {
        _proxy.CutAfter(0, connections: 2);

        await Store.WriteAsync("new.bin", new MemoryStream(s_content), WriteCondition.None, Ct);

        Assert.Equal(s_content.Length, (await Store.FindAsync("new.bin", Ct))!.Size);
    }

    [Fact]
    public async Task Wrong_credentials_are_told_and_not_tried_again()
    {
        var store = await StartAsync(Stores.Opener(), _ => _proxy.Address, wrong: true);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => store.FindAsync("data.bin", Ct));

        Assert.Equal(ErrorCode.PermissionDenied, refusal.Code);
        Assert.Contains("refuses the credentials", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, _proxy.Connections);
    }

    private protected abstract Task<IObjectStore> StartAsync(ObjectStoreOpener opener, Func<Uri, Uri> way, bool wrong = false);

    private async Task<byte[]> ReadAsync()
    {
        await using var stream = await Store.OpenReadAsync("data.bin", 0, null, null, Ct);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Ct);
        return content.ToArray();
    }
}

public sealed class FaultsOfAzure : FaultContract
{
    private ObjectStoreAddress.AzureBlob? _container;

    private protected override async Task<IObjectStore> StartAsync(ObjectStoreOpener opener, Func<Uri, Uri> way, bool wrong = false)
    {
        _container ??= await Stores.NewContainerAsync(TestContext.Current.CancellationToken);
        return opener.Open(
            _container with { Endpoint = way(_container.Endpoint) },
            wrong ? new ObjectStoreCredentials { AccountKey = "d3Jvbmc=" } : Stores.AzureKey);
    }
}

public sealed class FaultsOfS3 : FaultContract
{
    private ObjectStoreAddress.S3? _bucket;

    private protected override async Task<IObjectStore> StartAsync(ObjectStoreOpener opener, Func<Uri, Uri> way, bool wrong = false)
    {
        _bucket ??= await Stores.NewBucketAsync(TestContext.Current.CancellationToken);
        return opener.Open(
            _bucket with { Endpoint = way(_bucket.Endpoint!) },
            wrong ? Stores.S3Key with { SecretAccessKey = "wrong" } : Stores.S3Key);
    }
}
