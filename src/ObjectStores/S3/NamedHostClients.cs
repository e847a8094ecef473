using Amazon.Runtime;

namespace Slipway.ObjectStores.S3;

/// <summary>Amazon's client asks for its HTTP client here; it keeps and disposes none.</summary>
internal sealed class NamedHostClients(HttpClient client) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
}
