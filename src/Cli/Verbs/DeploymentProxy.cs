using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>A model server that answers in the deployment's stead; Azure ML has no word for it, so that it stands among the properties.</summary>
internal sealed partial class DeploymentFile
{
    private const string Own = "slipway.proxy.";
    private const string Header = "header.";

    private async Task<JsonObject?> ProxyAsync(SlipwayClient client, CancellationToken ct)
    {
        var said = Proxy();
        if ((said?["url"] ?? said?["command"]) is null && await ContainerAsync(client, ct) is { } container)
            (said ??= [])["container"] = container;
        return said;
    }

    private JsonObject? Proxy()
    {
        var said = (definition["properties"] as JsonObject ?? [])
            .Where(property => property.Key.StartsWith(Own, StringComparison.Ordinal))
            .ToDictionary(property => property.Key[Own.Length..], property => property.Value?.ToString() ?? "");
        if (said.Count == 0)
            return null;

        var proxy = new JsonObject();
        var headers = new JsonObject();
        foreach (var (name, value) in said)
        {
            if (name.StartsWith(Header, StringComparison.Ordinal))
                headers[name[Header.Length..]] = value;
            else if (name is "url" or "protocol" or "model" or "model_version" or "health")
                proxy[name] = value;
            else if (name == "command")
                proxy[name] = new JsonArray("sh", "-c", value);
            else
                throw SlipwayException.Invalid($"properties.{Own}{name} is not known; there are url, protocol, model, model_version, health, command and header.NAME.");
        }

        if (headers.Count > 0)
            proxy["headers"] = headers;
        return proxy;
    }
}
