using System.Text.Json.Nodes;

namespace Slipway.Cli.Demo;

/// <summary>What the demo shows of a monitor run.</summary>
internal sealed record MonitorReport(double? Auc, double? Brier, IReadOnlyList<string> Drifted)
{
    public static MonitorReport Read(JsonNode run)
    {
        var metrics = run["metrics"]!.AsArray();
        List<string> drifted = [.. run["drifted"]!.AsArray().Select(feature => feature!.ToString())];
        if (run["driftedAsWhole"]!.GetValue<bool>())
            drifted.Add("prediction");
        return new MonitorReport(Value(metrics, "auc"), Value(metrics, "brier"), drifted);
    }

    private static double? Value(JsonArray metrics, string name) =>
        metrics.FirstOrDefault(metric => metric!["name"]!.ToString() == name)?["value"]?.GetValue<double>();
}
