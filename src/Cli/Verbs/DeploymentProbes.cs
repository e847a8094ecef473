using System.Text.Json.Nodes;

namespace Slipway.Cli.Verbs;

/// <summary>Azure ML's probes: how long a process may take until it is ready, and when one that does not answer is started anew.</summary>
internal sealed partial class DeploymentFile
{
    private static readonly string[] s_probes = ["liveness_probe", "readiness_probe", "startup_probe"];

    // What they are in Azure ML when a probe does not say it.
    private const long InitialDelay = 10;
    private const long Period = 10;
    private const long Timeout = 2;
    private const long FailureThreshold = 30;

    // A model in this process has neither a start that could be too slow nor a life of its own.
    private static bool HasProcess(JsonNode? settings) => settings?["runtime"]?.ToString() == "python" || settings?["proxy"]?["command"] is not null;

    private JsonObject? Probe()
    {
        var probes = s_probes.Select(name => definition[name]).OfType<JsonObject>().ToList();
        if (probes.Count == 0)
            return null;
        var probe = new JsonObject { ["start_timeout_s"] = probes.Max(said => Number(said, "initial_delay", InitialDelay) + (Number(said, "period", Period) * Number(said, "failure_threshold", FailureThreshold))) };
        if (definition["liveness_probe"] is JsonObject liveness)
        {
            probe["period_s"] = Number(liveness, "period", Period);
            probe["timeout_s"] = Number(liveness, "timeout", Timeout);
            probe["failure_threshold"] = Number(liveness, "failure_threshold", FailureThreshold);
        }

        return probe;
    }

    private static long Number(JsonObject probe, string field, long otherwise) => probe[field]?.GetValue<long>() ?? otherwise;
}
