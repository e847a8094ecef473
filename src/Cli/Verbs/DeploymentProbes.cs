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
    private static bool HasProcess(JsonNode? settings) => settings?["runtime"]?.ToString() == "python" || settings?["proxy"]?["command"] is not null || IsContainer(settings);

    private JsonObject? Probe(JsonNode settings)
    {
        var probes = s_probes.Select(name => definition[name]).OfType<JsonObject>().ToList();

        // There a container that says how it is asked is asked, without a word about when.
        var liveness = definition["liveness_probe"] as JsonObject ?? (settings["proxy"]?["container"]?["liveness_route"] is null ? null : []);
        if (probes.Count == 0 && liveness is null)
            return null;
        var probe = new JsonObject { ["start_timeout_s"] = probes.Append(liveness).OfType<JsonObject>().Max(said => Number(said, "initial_delay", InitialDelay) + (Number(said, "period", Period) * Number(said, "failure_threshold", FailureThreshold))) };
        if (liveness is not null)
        {
            probe["period_s"] = Number(liveness, "period", Period);
            probe["timeout_s"] = Number(liveness, "timeout", Timeout);
            probe["failure_threshold"] = Number(liveness, "failure_threshold", FailureThreshold);
        }

        return probe;
    }

    private static long Number(JsonObject probe, string field, long otherwise) => probe[field]?.GetValue<long>() ?? otherwise;
}
