using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;

namespace Slipway.Monitoring.Alerts;

/// <summary>The thresholds of a monitor as rules: one for each signal, which fires as soon as a figure crosses its limit.</summary>
internal static class MonitorAlerts
{
    private const string Prefix = "monitor/";

    /// <summary>"monitor/flights/inputs".</summary>
    public static string RuleOf(string monitor, string signal) => $"{Prefix}{monitor}/{signal}";

    public static IEnumerable<(AlertPolicy Policy, Condition Condition)> Of(MonitorRun run, IReadOnlyList<SignalResult> results) =>
        results.Where(result => result.Measured && result.Signal.AlertEnabled).Select(result => (
            new AlertPolicy(RuleOf(run.Monitor, result.Signal.Name), "warning", TimeSpan.Zero, OpensIncidents: true),
            new Condition
            {
                Dimensions = new Dictionary<string, string>(),
                Labels = Labels(run, result.Signal),
                Holds = result.IsCrossed,
                Message = $"{run.Monitor}/{result.Signal.Name}: {result.Message}",
                Evidence = run.Node,
                From = run.Window.From,
                To = run.Window.To,
            }));

    private static Dictionary<string, string> Labels(MonitorRun run, SignalDefinition signal)
    {
        var labels = new Dictionary<string, string> { ["monitor"] = run.Monitor, ["signal"] = signal.Name };
        if (run.Endpoint.Length > 0)
            labels["endpoint"] = run.Endpoint;
        if (run.Model is not null)
            labels["model"] = run.Model;
        return labels;
    }
}
