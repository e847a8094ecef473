using System.Globalization;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Retraining;

/// <summary>Submits the training job of a decision, once, however often it is asked.</summary>
internal sealed partial class TrainingSubmission(
    IJobs jobs, DecisionStore decisions, LineageLog lineage, ILogger<TrainingSubmission> logger)
{
    /// <summary>The same for the same moment, so that a submission that a crash made uncertain is not made twice.</summary>
    public static string JobName(string policy, DateTimeOffset eventTime) =>
        $"retrain-{policy.Replace('.', '-')}-{eventTime.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}";

    public async Task<RetrainingDecision> EnsureAsync(Caller caller, PolicyRow policy, RetrainingDecision decision, CancellationToken ct)
    {
        if (decision.Submitted || decision.JobName is not { } name || policy.ReadJob() is not { } training)
            return decision;
        try
        {
            var job = await jobs.SubmitAsync(caller, Wanted(name, training, decision), ct);
            await lineage.AppendAsync(
                caller, [new NewEdge("triggered", decision.Node, $"run:{job.RunId}", Key: $"retraining:{decision.Id}")], ct);
            await decisions.SetSubmittedAsync(decision.Id, submitted: true, null, ct);
            return decision with { Submitted = true, Error = null };
        }
        catch (SlipwayException refusal)
        {
            // The decision stands, and is shown with what keeps it from being carried out.
            Log.Refused(logger, name, refusal.Message);
            await decisions.SetSubmittedAsync(decision.Id, submitted: false, refusal.Message, ct);
            return decision with { Error = refusal.Message };
        }
    }

    private static NewJob Wanted(string name, PolicyJob training, RetrainingDecision decision) => new()
    {
        Name = name,
        Yaml = training.Yaml,
        Source = training.Source,
        Files = training.Files.ToDictionary(file => file.Key, file => Digest.Parse(file.Value)),
        Inputs = decision.JobInputs,
        Tags = new Dictionary<string, string> { ["retraining_policy"] = decision.Policy, ["retraining_reason"] = decision.Reason },
        ReturnExisting = true,
    };

    private static partial class Log
    {
        [LoggerMessage(9011, LogLevel.Error, "Training job {Job} was refused: {Reason}")]
        public static partial void Refused(ILogger logger, string job, string reason);
    }
}
