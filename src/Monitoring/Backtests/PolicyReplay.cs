using Slipway.Kernel;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Backtests;

/// <summary>Plays a history through a policy, window by window: with its own monitor, its own judgement, and trees for models.</summary>
internal sealed class PolicyReplay(History history, DataTable table, ReplayedJudge judge, TrialSettings settings, TimeSpan? learns) : IDisposable
{
    private readonly List<TrialModel> _models = [];
    private readonly ReplayedService _service = new(history, table);

    private bool AreProbabilities => settings.Objective == TrialSettings.Probabilities;

    public async Task<IReadOnlyList<RetrainingBacktest.Window>> PlayAsync(Caller caller, ReplayPlan plan, ReplayProgress progress, CancellationToken ct)
    {
        await progress.TellAsync(0, plan.Windows.Count, "the first model", ct);
        var frozen = Train(1, plan.Before.From, plan.Before.To, ct);
        var (ungated, champion) = (frozen, frozen);
        var windows = new List<RetrainingBacktest.Window>();
        _service.Appoint(champion, ct);
        judge.Trained(plan.Before.To);
        foreach (var (i, window) in plan.Windows.Index())
        {
            await progress.TellAsync(i, plan.Windows.Count, WindowText.Of(window), ct);
            var rows = new Slice(table, History.In(window));
            var served = _service.Serve(rows, ct);
            var (never, always) = (Loss(frozen, champion, served, rows, ct), Loss(ungated, champion, served, rows, ct));
            var (run, judgement) = await judge.JudgeAsync(caller, champion, window, served, history, ct);

            // It learns from all before the window; the window, which it has not seen, is what the gate compares on.
            var candidate = Train(i + 2, plan.Before.From, window.From, ct);
            var answers = judgement.Retrain ? candidate.Score(history.Connection, rows, ct) : null;
            var gate = answers is null ? null : TrialGate.Judge(answers, served, AreProbabilities);
            windows.Add(new RetrainingBacktest.Window(
                window.From, window.To, served.Scores.Length, champion.Number, never, always, Finite(served.Loss),
                [.. run.Drifted], judgement.Retrain, judgement.Reason, gate?.Accepted, gate?.Reason));
            ungated = candidate;
            if (gate is { Accepted: true })
            {
                champion = candidate;
                _service.Appoint(champion, ct);
                judge.Accepted(answers!);
            }

            Forget(frozen, ungated, champion);
        }

        return windows;
    }

    public void Dispose() => _models.ForEach(model => model.Dispose());

    private TrialModel Train(int number, DateTimeOffset first, DateTimeOffset until, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var from = learns is { } span && until - span > first ? until - span : first;
        var model = TrialModel.Train(history.Connection, table, number, new TimeWindow(from, until), settings, ct);
        _models.Add(model);
        return model;
    }

    private double? Loss(TrialModel model, TrialModel champion, ScoredHistory served, Slice rows, CancellationToken ct) =>
        Finite((model == champion ? served : model.Score(history.Connection, rows, ct)).Loss);

    private void Forget(params TrialModel[] except)
    {
        foreach (var model in _models.Except(except).ToList())
        {
            model.Dispose();
            _models.Remove(model);
        }
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
