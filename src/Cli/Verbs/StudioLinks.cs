using System.Text.Json.Nodes;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Verbs;

/// <summary>Addresses of pages in the Studio.</summary>
internal static class StudioLinks
{
    public static string Of(SlipwayClient client, string page, string name) => $"{client.Server}{page}/{Uri.EscapeDataString(name)}";

    /// <summary><c>--web</c>: the address goes beside the result, so that a script still reads the result alone.</summary>
    public static void Tell(SlipwayClient client, string page, string name, OutputStyle style) =>
        style.Error.WriteLine(Of(client, page, name));

    /// <summary>A job as az shows it: with <c>services.Studio.endpoint</c>.</summary>
    public static JsonNode WithServices(SlipwayClient client, JsonNode job)
    {
        job["services"] = new JsonObject
        {
            ["Studio"] = new JsonObject { ["endpoint"] = Of(client, "jobs", job["name"]!.ToString()), ["type"] = "Studio" },
            ["Tracking"] = new JsonObject { ["endpoint"] = client.Server.ToString(), ["type"] = "Tracking" },
        };
        return job;
    }
}
