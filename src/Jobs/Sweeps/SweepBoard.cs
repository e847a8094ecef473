using System.Text.Json;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Statistics.Search;

namespace Slipway.Jobs.Sweeps;

/// <summary>How a sweep stands, and what follows from it. Made anew by whoever takes the sweep up after a crash.</summary>
internal sealed class SweepBoard(SweepSettings settings)
{
    // So many failures without any success are no accident.
    private const int HopelessAfter = 10;

    private readonly Dictionary<int, TrialCurve> _curves = [];
    private readonly Dictionary<int, int> _judgedAt = [];

    public IReadOnlyList<TrialRow> Trials { get; private set; } = [];

    public int Open => Trials.Count(trial => !trial.IsOver);

    public bool IsHopeless => Trials.Count(trial => trial.Status == JobStatus.Failed) >= HopelessAfter
        && Trials.All(trial => trial.Status is not JobStatus.Completed);

    /// <summary>The trial that has ended well with the best value of the metric; null when there is none.</summary>
    public (TrialRow Trial, double Value)? Best => Trials
        .Where(trial => trial.Status == JobStatus.Completed)
        .Select(trial => (trial, value: ValueOf(trial)))
        .Where(pair => pair.value is not null)
        .OrderBy(pair => settings.Goal == Goal.Maximize ? -pair.value!.Value : pair.value!.Value)
        .Select(pair => ((TrialRow, double)?)(pair.trial, pair.value!.Value))
        .FirstOrDefault();

    /// <summary>Takes in how the trials stand; returns those that have ended since.</summary>
    public IReadOnlyList<TrialRow> Take(IReadOnlyList<TrialRow> trials)
    {
        var before = Trials.Where(trial => trial.IsOver).Select(trial => trial.Number).ToHashSet();
        Trials = trials;
        return [.. trials.Where(trial => trial.IsOver && !before.Contains(trial.Number))];
    }

    public void Take(TrialRow trial, IReadOnlyList<double> values) => _curves[trial.Number] = new TrialCurve(values, trial.IsOver);

    public double? ValueOf(TrialRow trial) => _curves.GetValueOrDefault(trial.Number)?.Best(settings.Goal);

    /// <summary>The values of the next trial; null when none is to be started now.</summary>
    public IReadOnlyList<double>? Next() => Trials.Count >= settings.MostTrials || Open >= settings.MostAtOnce || IsHopeless
        ? null
        : settings.Sampler.Next(Trials.Count, [.. Trials.Select(Observe)]);

    /// <summary>The trials that are not worth going on with, and why.</summary>
    public IEnumerable<(TrialRow Trial, string Reason)> Judge()
    {
        if (settings.Termination is not { } policy)
            yield break;

        foreach (var trial in Trials.Where(trial => trial.Status == JobStatus.Running))
        {
            var curve = _curves.GetValueOrDefault(trial.Number);
            var at = policy.DueAt(curve?.Values.Count ?? 0);
            if (curve is null || at <= _judgedAt.GetValueOrDefault(trial.Number))
                continue;

            _judgedAt[trial.Number] = at;
            var others = _curves.Where(other => other.Key != trial.Number).Select(other => other.Value).ToList();
            if (policy.Judge(curve, others, at, settings.Goal) is { } reason)
                yield return (trial, reason);
        }
    }

    private Observation Observe(TrialRow trial)
    {
        var value = ValueOf(trial);
        return new Observation(
            JsonSerializer.Deserialize(trial.Point, JobsJson.Default.DoubleArray)!,
            !trial.IsOver ? null : value is null ? double.NaN : settings.Goal == Goal.Maximize ? -value : value);
    }
}
