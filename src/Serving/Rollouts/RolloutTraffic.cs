using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Rollouts;

/// <summary>What a rollout does to its endpoint, and what it counts there.</summary>
internal sealed class RolloutTraffic(IEndpoints endpoints, RoutingTable table)
{
    /// <summary>Gives the candidate its share, if it has not got it.</summary>
    public async Task ApplyAsync(Rollout rollout, int candidate, int shadow, string reason, CancellationToken ct)
    {
        var caller = System(rollout);
        var endpoint = await endpoints.FindAsync(caller, rollout.Definition.Endpoint, ct)
            ?? throw SlipwayException.NotFound("Endpoint", rollout.Definition.Endpoint);
        var mirror = new Dictionary<string, int>(endpoint.MirrorTraffic);
        mirror.Remove(rollout.Definition.Candidate);
        if (shadow > 0)
            mirror.Add(rollout.Definition.Candidate, shadow);
        if (!Same(mirror, endpoint.MirrorTraffic))
            await endpoints.SetMirrorAsync(caller, endpoint.Name, mirror, reason, ct);
        if (!HasShare(rollout, endpoint, candidate))
        {
            var split = new Dictionary<string, int> { [rollout.Baseline] = 100 - candidate, [rollout.Definition.Candidate] = candidate };
            await endpoints.SetTrafficAsync(caller, endpoint.Name, split, reason, ct);
        }
    }

    /// <summary>Null when it was deleted.</summary>
    public Task<OnlineEndpoint?> FindAsync(Rollout rollout, CancellationToken ct) => endpoints.FindAsync(System(rollout), rollout.Definition.Endpoint, ct);

    /// <summary>Why the rollout may not go on: somebody else has changed the endpoint. Null: it may.</summary>
    public static string? WhatChanged(Rollout rollout, OnlineEndpoint endpoint) =>
        WhatIsGone(rollout, endpoint) is { } gone ? gone
        : rollout.State.Applied && !HasShare(rollout, endpoint, rollout.Current.Traffic)
            ? $"the traffic of '{endpoint.Name}' is not what step {rollout.Step + 1} set ({rollout.Current}); somebody moved it"
            : null;

    /// <summary>Null: both deployments are there.</summary>
    public static string? WhatIsGone(Rollout rollout, OnlineEndpoint endpoint) =>
        new[] { rollout.Baseline, rollout.Definition.Candidate }.Except(endpoint.Deployments.Select(known => known.Name)).FirstOrDefault() is { } gone
            ? $"deployment '{gone}' does not exist any more"
            : null;

    /// <summary>Whether this server counts what was not looked at in this step: the sooner it is, the less of several servers' requests is missed.</summary>
    public bool IsUnread(Rollout rollout)
    {
        var (candidate, baseline) = Find(rollout);
        return rollout.State.Applied
            && (IsUnread(rollout.State.Candidate, Judged(rollout, candidate)) || IsUnread(rollout.State.Baseline, baseline?.Counters));
    }

    /// <summary>The counts of the step with what has come since the last look.</summary>
    public RolloutState Count(Rollout rollout)
    {
        var limit = rollout.Definition.Criteria.Latency?.MaximumMilliseconds ?? double.PositiveInfinity;
        var (candidate, baseline) = Find(rollout);
        return rollout.State with
        {
            Candidate = Add(rollout, rollout.State.Candidate, candidate, Judged(rollout, candidate), limit),
            Baseline = Add(rollout, rollout.State.Baseline, baseline, baseline?.Counters, limit),
        };
    }

    /// <summary>As the counters stand: what comes after is the step's.</summary>
    public RolloutState Begin(Rollout rollout)
    {
        var now = Count(rollout);
        return new RolloutState
        {
            Applied = true,
            Candidate = new Counted { Readings = now.Candidate.Readings },
            Baseline = new Counted { Readings = now.Baseline.Readings },
        };
    }

    private (ServedDeployment? Candidate, ServedDeployment? Baseline) Find(Rollout rollout)
    {
        var deployments = table.Find(WorkspaceName.Parse(rollout.Workspace), rollout.Definition.Endpoint)?.Deployments;
        return (deployments?.GetValueOrDefault(rollout.Definition.Candidate), deployments?.GetValueOrDefault(rollout.Baseline));
    }

    private static DeploymentCounters? Judged(Rollout rollout, ServedDeployment? candidate) =>
        rollout.Current.Traffic == 0 ? candidate?.ShadowCounters : candidate?.Counters;

    private static bool IsUnread(Counted counted, DeploymentCounters? counters) => counters is not null && !counted.Readings.ContainsKey(counters.Id);

    private static Counted Add(Rollout rollout, Counted counted, ServedDeployment? served, DeploymentCounters? counters, double limit) =>
        served is null || counters is null
            ? counted
            : counted.Add(
                new CounterReading(counters.Id, counters.Requests, counters.Errors, counters.Slower(limit)), served.LoadedAt >= rollout.StepStartedAt);

    private static bool HasShare(Rollout rollout, OnlineEndpoint endpoint, int candidate) =>
        endpoint.Traffic.GetValueOrDefault(rollout.Definition.Candidate) == candidate
        && endpoint.Traffic.GetValueOrDefault(rollout.Baseline) == 100 - candidate;

    private static bool Same(Dictionary<string, int> left, IReadOnlyDictionary<string, int> right) =>
        left.Count == right.Count && left.All(pair => right.GetValueOrDefault(pair.Key) == pair.Value);

    // Who declared the rollout was asked for the permission then; it goes on when he has left.
    private static Caller System(Rollout rollout) => Caller.System with { Workspace = WorkspaceName.Parse(rollout.Workspace) };
}
