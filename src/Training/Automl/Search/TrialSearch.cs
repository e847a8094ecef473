using System.Globalization;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Training.Automl.Search;

/// <summary>
/// Tries learners until a limit is reached. With several trials at once a trial knows of those that lie more than so many before
/// it, however quick others were: the same data gives the same trials, and so the same model.
/// </summary>
internal sealed class TrialSearch(
    IReadOnlyList<PreparedFold> folds, AutomlSettings settings, TrialRuns runs, TextWriter log, TimeProvider time)
{
    private readonly TrialPlan _plan = new(settings.Learners, settings.Metric);
    private readonly List<TrialResult> _results = [];

    public async Task<(TrialResult Best, IReadOnlyList<TrialResult> All)> RunAsync(CancellationToken ct)
    {
        using var whole = new CancellationTokenSource(settings.Limits.Timeout, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(ct, whole.Token);
        var open = new Queue<Task<TrialResult>>();
        string? reason = null;
        try
        {
            for (var number = 0; number < settings.Limits.MostTrials && reason is null; number++)
            {
                if (open.Count == settings.Limits.MostAtOnce)
                    await TakeAsync(open, ct);
                reason = whole.IsCancellationRequested
                    ? $"The time is up: limits.timeout_minutes is {settings.Limits.Timeout.TotalMinutes:0}."
                    : _plan.EndsAfter(_results, settings.Limits);
                if (reason is null)
                    open.Enqueue(TryAsync(_plan.Next(number, _results), ends.Token, ct));
            }

            while (open.Count > 0)
                await TakeAsync(open, ct);
        }
        finally
        {
            // Whatever ended the search, nothing of it may go on.
            await ends.CancelAsync();
            await Task.WhenAll(open).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        if (reason is not null)
            await log.WriteLineAsync($"The search ends. {reason}");
        return (_plan.Best(_results) ?? throw WhyNone(), _results);
    }

    private async Task TakeAsync(Queue<Task<TrialResult>> open, CancellationToken ct)
    {
        var result = await open.Dequeue();
        var isBest = !double.IsNaN(result.ValueOf(settings.Metric)) && _plan.Best(_results.Append(result)) == result;
        _results.Add(result);
        await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Trial {result.Trial.Number} {result.Trial.Learner.Name}: {Tell(result)}{(isBest ? " (best)" : "")} in {result.Took.TotalSeconds:0.0} s, {Parameters(result.Trial)}"));
        if (isBest)
            await runs.TellBestAsync(result, settings.Metric, ct);
    }

    private async Task<TrialResult> TryAsync(Trial trial, CancellationToken ends, CancellationToken ct)
    {
        if (await runs.BeginAsync(trial, ct) is { } known)
            return known;

        var started = time.GetTimestamp();
        using var own = new CancellationTokenSource(settings.Limits.TrialTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends, own.Token);
        TrialResult result;
        try
        {
            var scores = await Task.Run(() => Score(trial, either.Token), either.Token);
            result = new TrialResult(trial, RunStatus.Finished, scores, null, time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            var limit = own.IsCancellationRequested ? $"limits.trial_timeout_minutes is {settings.Limits.TrialTimeout.TotalMinutes:0}" : "the search has ended";
            result = new TrialResult(trial, RunStatus.Killed, new Dictionary<string, double>(), $"Ended: {limit}.", time.GetElapsedTime(started));
        }
        catch (SlipwayException refusal)
        {
            // One learner may not get on with the data where another one does.
            result = new TrialResult(trial, RunStatus.Failed, new Dictionary<string, double>(), refusal.Message, time.GetElapsedTime(started));
        }

        await runs.EndAsync(result, ct);
        return result;
    }

    private Dictionary<string, double> Score(Trial trial, CancellationToken ct)
    {
        var sums = new Dictionary<string, (double Sum, int Count)>();
        foreach (var fold in folds)
        {
            ct.ThrowIfCancellationRequested();
            using var model = trial.Learner.Fit(fold.Train, trial.Point, settings.Limits.Threads, ct);
            foreach (var (name, value) in fold.Score(model.Predict(fold.Valid)))
            {
                // A fold may lack what a figure needs, such as a second class.
                var (sum, count) = sums.GetValueOrDefault(name);
                sums[name] = double.IsNaN(value) ? (sum, count) : (sum + value, count + 1);
            }
        }

        return sums.Where(pair => pair.Value.Count > 0).ToDictionary(pair => pair.Key, pair => pair.Value.Sum / pair.Value.Count);
    }

    private string Tell(TrialResult result) => result.Status == RunStatus.Finished
        ? string.Create(CultureInfo.InvariantCulture, $"{settings.Metric.Name}={result.ValueOf(settings.Metric):0.00000}")
        : $"{result.Status}: {result.Message}";

    private static string Parameters(Trial trial) => string.Join(" ", trial.Learner.Describe(trial.Point).Select(pair => $"{pair.Key}={pair.Value}"));

    private SlipwayException WhyNone() => SlipwayException.Conflict(
        _results.FirstOrDefault(result => result.Message is not null) is { } failed
            ? $"None of {_results.Count} trials ended well. {failed.Trial.Learner.Name}: {failed.Message}"
            : $"None of {_results.Count} trials has a {settings.Metric.Name}: the rows to judge on do not define it.");
}
