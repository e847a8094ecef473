using Amazon.Runtime;
using Amazon.S3;
using Slipway.ObjectStores;
using Slipway.ObjectStores.Azure;
using Slipway.Shared;

namespace Slipway.Storage.ObjectStores;

/// <summary>Empty stores on the servers of this test run.</summary>
internal static class Stores
{
    public static readonly ObjectStoreCredentials AzureKey = new() { AccountKey = "c2xpcHdheS10ZXN0LWtleQ==" };

    public static readonly ObjectStoreCredentials S3Key = new() { AccessKeyId = "slipwaytest", SecretAccessKey = "slipway-test-secret" };

    private static readonly HttpClient s_http = new();

    public static ObjectStoreOpener Opener(ObjectStoreLimits? limits = null) => new(
        TimeProvider.System,
        limits ?? new ObjectStoreLimits { Attempts = 4, FirstDelay = TimeSpan.FromMilliseconds(5), PartBytes = 5 * 1024 * 1024 });

    public static async Task<ObjectStoreAddress.AzureBlob> NewContainerAsync(CancellationToken ct)
    {
        var endpoint = new Uri(await PrivateServer.Azurite.LineAsync());
        var name = NewName();
        var signer = new SharedKeySigner("slipwaytest", Convert.FromBase64String(AzureKey.AccountKey!));
        var requests = new AzureRequests(s_http, new Uri($"{endpoint}/{name}"), name, signer, TimeProvider.System);
        using var answer = await requests.SendAsync(HttpMethod.Put, null, "restype=container", null, ReadOnlyMemory<byte>.Empty, ct);
        answer.EnsureSuccessStatusCode();
        return new ObjectStoreAddress.AzureBlob(endpoint, "slipwaytest", name);
    }

    public static async Task<ObjectStoreAddress.S3> NewBucketAsync(CancellationToken ct)
    {
        var endpoint = new Uri((await PrivateServer.Ceph.LineAsync()).Split(' ')[0]);
        var name = NewName();
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(S3Key.AccessKeyId, S3Key.SecretAccessKey),
            new AmazonS3Config { ServiceURL = endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await client.PutBucketAsync(name, ct);
        return new ObjectStoreAddress.S3(name, endpoint, "us-east-1");
    }

    private static string NewName() => "t" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
}
