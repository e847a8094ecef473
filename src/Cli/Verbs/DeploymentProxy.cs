using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>A model server that answers in the deployment's stead; Azure ML has no word for it, so that it stands among the properties.</summary>
internal sealed partial class DeploymentFile
{
    private const string Own = "slipway.proxy.";
    private const string Header = "header.";

    // With code an image is only where the code would run; with routes of its own it is all that the deployment has.
    private void RefuseImage()
    {
        if (definition["environment"] is JsonObject environment && environment["inference_config"] is not null)
        {
            throw SlipwayException.Invalid(
                "environment.inference_config: an image is not started for an online deployment. Let the server of the image run elsewhere and name it with "
                + "properties: {slipway.proxy.url: …}, or start its program here with slipway.proxy.command.");
        }
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
