using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.ObjectStores;

/// <summary>A service principal of Azure against an authority and a storage account of the test, over TLS as the real ones.</summary>
public sealed class ServicePrincipalTests : IAsyncLifetime
{
    private readonly OwnAuthority _certificates = new();
    private WebApplication _azure = null!;
    private ObjectStoreOpener _opener = null!;
    private int _tokens;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Url => _azure.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    public async ValueTask InitializeAsync()
    {
        _certificates.Issue();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificates.CertificateFile);
        var tls = new HttpsConnectionAdapterOptions
        {
            ServerCertificate = X509Certificate2.CreateFromPemFile(_certificates.CertificateFile, _certificates.KeyFile),
            ServerCertificateChain = chain,
        };
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(tls)));
        _azure = builder.Build();
        _azure.MapPost("/acme-tenant/oauth2/v2.0/token", TokenAsync);
        _azure.MapMethods("/lake/data/a.csv", ["HEAD"], Blob);
        await _azure.StartAsync(Ct);
        _opener = new ObjectStoreOpener(
            TimeProvider.System, new ObjectStoreLimits { Attempts = 2, FirstDelay = TimeSpan.FromMilliseconds(5) }, _certificates.Trust());
    }

    public async ValueTask DisposeAsync()
    {
        _opener.Dispose();
        await _azure.DisposeAsync();
        _certificates.Dispose();
    }

    [Fact]
    public async Task It_asks_its_authority_for_a_token_and_keeps_it()
    {
        var store = Open("right", "acme-tenant", Url);

        var first = await store.FindAsync("a.csv", Ct);
        var second = await store.FindAsync("a.csv", Ct);

        Assert.Equal((4, 4), (first!.Size, second!.Size));
        Assert.Equal(1, _tokens);
    }

    [Fact]
    public async Task A_wrong_secret_is_told_without_it()
    {
        var store = Open("wrong-secret", "acme-tenant", Url);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => store.FindAsync("a.csv", Ct));

        Assert.Equal(ErrorCode.PermissionDenied, refusal.Code);
        Assert.Contains("Check the tenant, the client and its secret.", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme-tenant", "http://login.example.com", "authority_url is 'http://login.example.com'; it must be an address such as https://login.microsoftonline.com.")]
    [InlineData("acme-tenant", "login", "authority_url is 'login'; it must be an address")]
    [InlineData("no tenant", "https://login.example.com", "The service principal 'client' of the tenant 'no tenant' is none:")]
    public void What_cannot_be_a_principal_is_refused_before_anything_is_asked(string tenant, string authority, string message)
    {
        var refusal = Assert.Throws<SlipwayException>(() => Open("right", tenant, authority));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    private IObjectStore Open(string secret, string tenant, string authority)
    {
        var given = new Dictionary<string, string> { ["tenant_id"] = tenant, ["client_id"] = "client", ["client_secret"] = secret, ["authority_url"] = authority };
        return _opener.Open(new ObjectStoreAddress.AzureBlob(new Uri($"{Url}/lake"), "lake", "data"), ObjectStoreCredentials.Of(given.GetValueOrDefault));
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync(Ct);
        if (form["client_secret"] != "right" || form["client_id"] != "client" || form["grant_type"] != "client_credentials"
            || !form["scope"].ToString().Contains("https://storage.azure.com/.default", StringComparison.Ordinal))
        {
            return Results.Json(new Dictionary<string, string> { ["error"] = "invalid_client", ["error_description"] = "AADSTS7000215: Invalid client secret provided." }, statusCode: 401);
        }

        Interlocked.Increment(ref _tokens);
        return Results.Json(new Dictionary<string, object> { ["token_type"] = "Bearer", ["expires_in"] = 3600, ["access_token"] = "a-token" });
    }

    private static IResult Blob(HttpContext context)
    {
        if (context.Request.Headers.Authorization != "Bearer a-token")
            return Results.StatusCode(403);
        (context.Response.Headers.ETag, context.Response.ContentLength) = ("\"1\"", 4);
        return Results.Ok();
    }
}
