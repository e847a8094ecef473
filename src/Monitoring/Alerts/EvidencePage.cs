using Slipway.Data;
using Slipway.Monitoring.Anomalies;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>Where the Studio shows what an alert stands on.</summary>
internal static class EvidencePage
{
    /// <summary>"/monitors/flights?run=…"; of an anomaly the chart of its detector.</summary>
    public static string Of(Alert alert)
    {
        if (AnomalyDetector.NameOf(alert.Rule) is { } detector)
            return $"/anomaly-detectors/{Uri.EscapeDataString(detector)}{(alert.Subject.Length == 0 ? "" : $"?series={Uri.EscapeDataString(alert.Subject)}")}";
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
