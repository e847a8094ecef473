using Slipway.Kernel;
using Slipway.ObjectStores;
using Xunit;

namespace Slipway.Storage.ObjectStores;

/// <summary>Whoever may name a store must not read a cloud's metadata through it, and so the server's own identity.</summary>
public sealed class NamedHostTests
{
    private static readonly Uri s_metadata = new("http://169.254.169.254/latest");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_web_address_is_none_of_a_clouds_metadata() => RefusedAsync(new ObjectStoreAddress.Web(s_metadata), new ObjectStoreCredentials());

    [Fact]
    public Task A_bucket_is_none() => RefusedAsync(new ObjectStoreAddress.S3("iam", s_metadata, "us-east-1"), Stores.S3Key);

    [Fact]
    public Task A_container_is_none() => RefusedAsync(new ObjectStoreAddress.AzureBlob(s_metadata, "account", "iam"), Stores.AzureKey);

    private static async Task RefusedAsync(ObjectStoreAddress address, ObjectStoreCredentials credentials)
    {
        using var opener = Stores.Opener();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => opener.Open(address, credentials).FindAsync("security-credentials", Ct));

        Assert.Equal((ErrorCode.InvalidParameter, "'169.254.169.254' is a link-local address, from which nothing is read."), (refusal.Code, refusal.Message));
    }
}
