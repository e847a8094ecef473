using System.Globalization;
using System.Security.Cryptography;
using Slipway.Jobs.Contracts;
using Slipway.Tracking.Contracts;

namespace Slipway.Training.Automl.Search;

/// <summary>The runs of trials, below that of the step. A step that begins anew finds in them what it knew before.</summary>
internal sealed class TrialRuns(ITracking tracking, StepContext step, TimeProvider time)
{
    public const string NumberTag = "slipway.trial";
    public const string AlgorithmParam = "algorithm";

    public const string MessageTag = "slipway.message";
    private const string SecondsMetric = "trial_seconds";

    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>The id of a trial's run.</summary>
    public static string IdOf(string stepRunId, int number) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{stepRunId}/{number}"))))[..32];

    /// <summary>What came of the trial before this process; null when it was not done.</summary>
    public async Task<TrialResult?> BeginAsync(Trial trial, CancellationToken ct)
    {
        var number = trial.Number.ToString(CultureInfo.InvariantCulture);
        var run = await tracking.StartRunAsync(
            step.Caller,
            new NewRun
            {
                Id = IdOf(step.RunId, trial.Number),
                Name = $"{step.JobName}_{number}",
                ParentRunId = step.RunId,
                Tags = new Dictionary<string, string> { [NumberTag] = number },
            },
            ct);
        if (run.Status != RunStatus.Running)
        {
            var scores = run.Metrics.Where(pair => pair.Key != SecondsMetric).ToDictionary();
            return new TrialResult(
                trial, run.Status, run.Status == RunStatus.Finished ? scores : [], run.Tags.GetValueOrDefault(MessageTag),
                TimeSpan.FromSeconds(run.Metrics.GetValueOrDefault(SecondsMetric)));
        }

        var parameters = new Dictionary<string, string>(trial.Learner.Describe(trial.Point)) { [AlgorithmParam] = trial.Learner.Name };
        await tracking.LogAsync(step.Caller, run.Id, [], parameters, s_none, ct);
        return null;
    }

    public async Task EndAsync(TrialResult result, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var points = result.Scores.Select(score => new MetricPoint(score.Key, score.Value, 0, now))
            .Append(new MetricPoint(SecondsMetric, result.Took.TotalSeconds, 0, now)).ToList();
        var tags = result.Message is { } message ? new Dictionary<string, string> { [MessageTag] = message } : s_none;
        var id = IdOf(step.RunId, result.Trial.Number);
        await tracking.LogAsync(step.Caller, id, points, s_none, tags, ct);
        await tracking.FinishRunAsync(step.Caller, id, result.Status, ct);
    }

    /// <summary>What of it is to be seen at the step itself.</summary>
    public Task TellBestAsync(TrialResult best, PrimaryMetric metric, CancellationToken ct) => tracking.LogAsync(
        step.Caller,
        step.RunId,
        [new MetricPoint(metric.Name, best.ValueOf(metric), best.Trial.Number, time.GetUtcNow())],
        s_none,
        new Dictionary<string, string>
        {
            ["automl_best_child_run_id"] = IdOf(step.RunId, best.Trial.Number),
            ["best_child_run_id"] = $"{step.JobName}_{best.Trial.Number.ToString(CultureInfo.InvariantCulture)}",
            ["best_child_mlflow_run_id"] = IdOf(step.RunId, best.Trial.Number),
            ["score"] = best.ValueOf(metric).ToString("R", CultureInfo.InvariantCulture),
        },
        ct);
}
