using System.Text.Json;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Retraining.Challenges;

namespace Slipway.Monitoring.Retraining;

/// <summary>A decision on the wire.</summary>
/// <param name="Challenger">What the training came to, under a policy with a rollout.</param>
internal sealed record DecisionWire(
    string Id, string Policy, DateTimeOffset EventTime, string? MonitorRun, bool Retrain, string Reason, JsonElement Numbers,
    string? Job, IReadOnlyDictionary<string, string> Inputs, bool Submitted, string? Error, DateTimeOffset DecidedAt, string DecidedBy, ChallengeWire? Challenger)
{
    public static DecisionWire Of(RetrainingDecision decision, Challenge? challenge)
    {
        using var numbers = JsonDocument.Parse(decision.NumbersJson);
        return new DecisionWire(
            decision.Id, decision.Policy, decision.EventTime, decision.MonitorRun, decision.Retrain, decision.Reason,
            numbers.RootElement.Clone(), decision.JobName, decision.JobInputs, decision.Submitted, decision.Error,
            decision.DecidedAt, decision.DecidedBy, challenge is null ? null : ChallengeWire.Of(challenge));
    }
}
