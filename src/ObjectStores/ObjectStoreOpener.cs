using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Azure.Core.Pipeline;
using Azure.Identity;
using Slipway.Kernel;
using Slipway.ObjectStores.Azure;
using Slipway.ObjectStores.Http;
using Slipway.ObjectStores.S3;

namespace Slipway.ObjectStores;

/// <summary>Opens stores; all remote ones share its connections.</summary>
public sealed class ObjectStoreOpener : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ObjectStoreLimits _limits;
    private readonly HttpClient _http;
    private readonly HttpClient _s3;

    public ObjectStoreOpener(TimeProvider time, ObjectStoreLimits limits)
        : this(time, limits, trust: null)
    {
    }

    /// <param name="trust">Whose certificates count; null: those that the system trusts.</param>
    internal ObjectStoreOpener(TimeProvider time, ObjectStoreLimits limits, X509ChainPolicy? trust)
    {
        (_time, _limits) = (time, limits);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = NamedHost.ConnectAsync,
            SslOptions = { CertificateChainPolicy = trust },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        // Amazon's client follows redirections itself, since a request is signed for its host.
        _s3 = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = NamedHost.ConnectAsync,
        })
        {
            Timeout = limits.Patience,
        };
    }

    /// <param name="known">What people know it as, for messages: "datastore 'lake'".</param>
    public IObjectStore Open(ObjectStoreAddress address, ObjectStoreCredentials credentials, string? known = null)
    {
        var suffix = known is null ? "" : $" ({known})";
        return address switch
        {
            ObjectStoreAddress.Folder folder => new LocalObjectStore(folder.Path),
            ObjectStoreAddress.AzureBlob blob => OpenAzure(blob, credentials, suffix),
            ObjectStoreAddress.S3 s3 => OpenS3(s3, credentials, suffix),
            ObjectStoreAddress.Web web => OpenWeb(web, credentials, suffix),
            _ => throw new InvalidOperationException(address.GetType().Name),
        };
    }

    public void Dispose()
    {
        _http.Dispose();
        _s3.Dispose();
    }

    private AzureBlobStore OpenAzure(ObjectStoreAddress.AzureBlob blob, ObjectStoreCredentials credentials, string suffix)
    {
        var description = $"the container '{blob.Container}' of the storage account '{blob.Account}'{suffix}";
        var container = new Uri($"{blob.Endpoint.ToString().TrimEnd('/')}/{blob.Container}");
        return new AzureBlobStore(
            new AzureRequests(_http, container, description, Signer(blob.Account, credentials), _time), Retries(description));
    }

    private IAzureSigner Signer(string account, ObjectStoreCredentials credentials)
    {
        if (credentials.AccountKey is { } key)
        {
            var bytes = new byte[key.Length];
            return Convert.TryFromBase64String(key, bytes, out var length)
                ? new SharedKeySigner(account, bytes[..length])
                : throw SlipwayException.Invalid($"The account key of '{account}' is not base64: copy it again.");
        }

        return credentials.SasToken is { } token ? new SasSigner(token) : Identity(credentials);
    }

    private TokenSigner Identity(ObjectStoreCredentials credentials)
    {
        if (credentials is { ClientSecret: { } secret, TenantId: { } tenant, ClientId: { } client })
        {
            var options = new ClientSecretCredentialOptions { Transport = new HttpClientTransport(_http) };
            if (credentials.AuthorityUrl is { } authority)
            {
                // Azure's public cloud does not know the authorities of others.
                options.AuthorityHost = new Uri(authority);
                options.DisableInstanceDiscovery = true;
            }

            return new TokenSigner(Principal(tenant, client, secret, options), "Check the tenant, the client and its secret.");
        }

        return credentials.ClientId is { } assigned
            ? new TokenSigner(
                new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(assigned)), "Check that this identity is assigned to the server's machine.")
            : new TokenSigner(new DefaultAzureCredential(), "Give the server's machine an identity, or the datastore credentials.");
    }

    private static ClientSecretCredential Principal(string tenant, string client, string secret, ClientSecretCredentialOptions options)
    {
        try
        {
            return new ClientSecretCredential(tenant, client, secret, options);
        }
        catch (ArgumentException exception)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"The service principal '{client}' of the tenant '{tenant}' is none: {exception.Message.Split('\n', '(')[0].TrimEnd()}", exception);
        }
    }

    private S3ObjectStore OpenS3(ObjectStoreAddress.S3 s3, ObjectStoreCredentials credentials, string suffix)
    {
        var config = new AmazonS3Config
        {
            // Retries are ours, alike for all stores; checksums in trailers are Amazon's alone.
            MaxErrorRetry = 0,
            Timeout = _limits.Patience,
            HttpClientFactory = new NamedHostClients(_s3),
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (s3.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.ForcePathStyle = true;
            config.AuthenticationRegion = s3.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(s3.Region);
        }

        IAmazonS3 client = credentials switch
        {
            { AccessKeyId: { } id, SecretAccessKey: { } secret, SessionToken: { } token } =>
                new AmazonS3Client(new SessionAWSCredentials(id, secret, token), config),
            { AccessKeyId: { } id, SecretAccessKey: { } secret } => new AmazonS3Client(new BasicAWSCredentials(id, secret), config),
            _ => new AmazonS3Client(config),
        };
        var description = $"the bucket '{s3.Bucket}' at {s3.Endpoint?.Authority ?? "Amazon, " + s3.Region}{suffix}";
        return new S3ObjectStore(client, s3.Bucket, description, Retries(description));
    }

    private HttpObjectStore OpenWeb(ObjectStoreAddress.Web web, ObjectStoreCredentials credentials, string suffix) =>
        new(_http, web.Root, credentials.Token, Retries($"the web address {web.Root.GetLeftPart(UriPartial.Path)}{suffix}"));

    private Retrying Retries(string description) => new(description, _limits, _time);
}
