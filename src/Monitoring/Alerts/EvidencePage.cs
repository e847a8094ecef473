using Slipway.Data;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>Where the Studio shows what an alert stands on.</summary>
internal static class EvidencePage
{
    /// <summary>"/monitors/flights?run=…".</summary>
    public static string Of(Alert alert)
    {
        var node = LineageNode.Parse(alert.Evidence);
        return node.Kind switch
        {
            "monitor-run" => $"/monitors/{Uri.EscapeDataString(alert.Monitor)}?run={node.Name}",
            "deployment" => $"/endpoints/{Uri.EscapeDataString(node.Name.Split('/')[0])}",
            "data" => $"/data/{Uri.EscapeDataString(node.Name)}",
            "run" => $"/runs/{Uri.EscapeDataString(node.Name)}",
            _ => $"/lineage?node={Uri.EscapeDataString(alert.Evidence)}",
        };
    }
}
