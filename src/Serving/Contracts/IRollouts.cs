using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Serving.Rollouts;

namespace Slipway.Serving.Contracts;

/// <summary>Rollouts that other modules begin and follow.</summary>
public interface IRollouts
{
    /// <summary>Begins it; one of this name is returned as it stands, so that it may be asked twice.</summary>
    /// <param name="candidate">A deployment of the endpoint; the one that has all traffic is the baseline.</param>
    Task<RolloutProgress> StartAsync(Caller caller, RolloutPlan plan, string name, string endpoint, string candidate, CancellationToken ct);

    Task<RolloutProgress?> FindAsync(Caller caller, string name, CancellationToken ct);

    /// <summary>Gives all traffic back to the baseline; a rollout that is over is returned as it is.</summary>
    Task<RolloutProgress> AbortAsync(Caller caller, string name, string reason, CancellationToken ct);
}

/// <summary>Where a rollout stands.</summary>
/// <param name="HasCompleted">The candidate has all traffic; of a rollout that is over and has not, the baseline.</param>
/// <param name="Message">Why it stands there, in a sentence.</param>
public sealed record RolloutProgress(string Name, bool IsOver, bool HasCompleted, string Message);

/// <summary>The criteria and steps of a rollout whose candidate is not known yet. It ends with all traffic.</summary>
public sealed class RolloutPlan
{
    private readonly JsonObject _fields;

    private RolloutPlan(JsonObject fields) => _fields = fields;

    /// <param name="yaml">Block style: confidence, interval, on_inconclusive, criteria, steps.</param>
    /// <param name="source">For messages: "retraining.yml, rollout".</param>
    public static RolloutPlan Parse(string yaml, string source)
    {
        var whole = $"type: rollout\nname: later\nendpoint: later\ncandidate: later\n{yaml}";
        var last = RolloutDefinition.Read(whole, source).Steps[^1].Traffic;
        return last == 100
            ? new RolloutPlan(Definitions.Read(new DefinitionFile { Yaml = whole, Source = source, Kind = "rollout" }))
            : throw SlipwayException.Invalid($"{source}: steps: the last one gives {last} % of the traffic; who is promoted after it must have had all: end with '- traffic: 100'.");
    }

    /// <summary>The definition of a rollout, as JSON.</summary>
    public string For(string name, string endpoint, string candidate)
    {
        var fields = (JsonObject)_fields.DeepClone();
        (fields["name"], fields["endpoint"], fields["candidate"]) = (name, endpoint, candidate);
        return fields.ToJsonString();
    }
}
