using System.Text.Json.Nodes;
using Slipway.Client;

namespace Slipway.Cli.Verbs;

/// <summary>What az shows of an endpoint beside what the server knows: an address that can be called from here, and that it is there.</summary>
internal static class EndpointAddress
{
    /// <param name="root">endpoints or batch-endpoints.</param>
    /// <param name="verb">What is asked of it there.</param>
    public static JsonNode Add(JsonNode endpoint, SlipwayClient client, string root, string verb)
    {
        endpoint["scoringUri"] = new Uri(client.Server, $"{root}/{Uri.EscapeDataString((string)endpoint["name"]!)}/{verb}").ToString();
        endpoint["provisioningState"] = "Succeeded";
        return endpoint;
    }
}
