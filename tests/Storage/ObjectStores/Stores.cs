using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>A signature of the account for one container, as the portal makes it (service SAS).</summary>
    public static ObjectStoreCredentials Sas(ObjectStoreAddress.AzureBlob container, string permissions, DateTimeOffset until)
    {
        const string Version = "2020-12-06";
        var expiry = until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        // Permissions, start, expiry, resource, identifier, address, protocol, version, kind; then snapshot, scope and five headers.
        string[] fields = [permissions, "", expiry, $"/blob/slipwaytest/{container.Container}", "", "", "", Version, "c", "", "", "", "", "", "", ""];
        var signature = Convert.ToBase64String(
            HMACSHA256.HashData(Convert.FromBase64String(AzureKey.AccountKey!), Encoding.UTF8.GetBytes(string.Join('\n', fields))));
        return new ObjectStoreCredentials
        {
            SasToken = $"?sv={Version}&sr=c&sp={permissions}&se={Uri.EscapeDataString(expiry)}&sig={Uri.EscapeDataString(signature)}",
        };
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
