using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Retraining;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Performance;

namespace Slipway.Monitoring.Backtests;

/// <summary>Judges a replayed window as the policy would have, by what its monitor would have found.</summary>
internal sealed class ReplayedJudge(RetrainingDefinition policy, MonitorDefinition monitor, MonitorReplay replay)
{
    private readonly List<DateTimeOffset> _trainings = [];
    private long _newLabels;
    private (double Value, string From)? _reference = policy.Performance?.Reference is { } given ? (given, "the policy") : null;

    public void Trained(DateTimeOffset at)
    {
        _trainings.Add(at);
        _newLabels = 0;
    }

    /// <summary>From now on the champion is held against what it showed at the gate.</summary>
    public void Accepted(ScoredHistory answers)
    {
        if (policy.Performance is { Reference: null } trigger && Figure(trigger, answers) is { } figure)
            _reference = (figure, "its gate");
    }

    public async Task<(MonitorRun Run, Judgement Judgement)> JudgeAsync(
        Caller caller, TrialModel champion, TimeWindow window, ScoredHistory served, History history, CancellationToken ct)
    {
        var replayed = await replay.MeasureAsync(
            caller, ReplayPlan.Replayed(monitor, champion.Learned, everywhere: true), null, history, window, ct);
        var run = Run(replayed, champion);
        _newLabels += run.Labelled;
        var judgement = Judgement.Of(policy, new Facts
        {
            EventTime = window.To,
            Champion = new Champion(policy.Model, champion.Number),
            Run = run,
            TrainedUntil = champion.Learned.To,
            LastTraining = _trainings[^1],
            NewLabels = _newLabels,
            Trainings = policy.Budget is { } budget ? _trainings.Count(at => at > window.To - budget.Period) : 0,
            Reference = _reference,
        });
        if (judgement.Retrain)
            Trained(window.To);

        // Nobody judged the first model at a gate: its first answers are what it is held against.
        if (_reference is null && policy.Performance is { } trigger && Figure(trigger, served) is { } first)
            _reference = (first, "its first window");
        return (run, judgement);
    }

    private MonitorRun Run(ReplayedWindow replayed, TrialModel champion) => new()
    {
        Id = "",
        Monitor = monitor.Name,
        Endpoint = monitor.Endpoint,
        Window = replayed.Window,
        Status = "Completed",
        Model = policy.Model,
        ModelVersion = champion.Number,
        Rows = replayed.Findings.Rows,
        Labelled = replayed.Findings.Results.Max(result => (long?)result.Labelled) ?? 0,
        StartedAt = replayed.Window.To,
        EndedAt = replayed.Window.To,
        StartedBy = "",
        Metrics = [.. replayed.Findings.Results.SelectMany(result => result.Metrics)],
    };

    private double? Figure(PerformanceTrigger trigger, ScoredHistory answers)
    {
        var known = answers.Scores.Zip(answers.Labels).Where(row => double.IsFinite(row.Second)).ToList();
        double[] scores = [.. known.Select(row => row.First)], labels = [.. known.Select(row => row.Second)];
        if (scores.Length == 0)
            return null;
        var (names, values) = monitor.Task == MonitorTask.Regression
            ? (RegressionScan.Names, new RegressionScan(scores, labels).Measure())
            : (ClassificationScan.Names, new ClassificationScan(scores, labels, 0.5).Measure());
        var figure = names.Zip(values).Where(pair => pair.First == trigger.Metric).Select(pair => (double?)pair.Second).FirstOrDefault();
        return figure is { } value && double.IsFinite(value) ? value : null;
    }
}
