using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Engines.XGBoost;

/// <summary>How long to learn.</summary>
/// <param name="Rounds">At most so many rounds.</param>
/// <param name="EarlyStopping">
/// Stop when the last metric of the last watched set has not become better for so many rounds; null: never.
/// </param>
public sealed record XgbSchedule(int Rounds, int? EarlyStopping = null);

/// <summary>The scores after one round; the first is 0.</summary>
public sealed record XgbRound(int Iteration, IReadOnlyList<XgbScore> Scores)
{
    internal XgbScore? Deciding => Scores is [.., var last] ? last : null;
}

/// <summary>What training came to.</summary>
/// <param name="Booster">The model up to its best round; the caller disposes it.</param>
/// <param name="BestIteration">The best round when it could stop early, otherwise the last.</param>
/// <param name="BestScore">The deciding score of that round; null when nothing was watched.</param>
public sealed record XgbTraining(
    XgbBooster Booster, int BestIteration, XgbScore? BestScore, bool StoppedEarly, IReadOnlyList<XgbRound> Rounds)
    : IDisposable
{
    public void Dispose() => Booster.Dispose();
}

/// <summary>The training loop: rounds, watched sets, early stopping.</summary>
public static class XgbTrainer
{
    /// <summary>Runs on the calling thread; <paramref name="ct"/> is heard between rounds.</summary>
    /// <param name="onRound">Hears of each round as it ends.</param>
    public static XgbTraining Train(
        IEnumerable<KeyValuePair<string, string>> parameters, XgbMatrix train, IReadOnlyList<XgbWatch> watches,
        XgbSchedule schedule, Action<XgbRound>? onRound, CancellationToken ct)
    {
        Check(watches, schedule);
        var booster = XgbBooster.Create(
            parameters, [train, .. watches.Select(watch => watch.Matrix).Where(matrix => matrix != train)]);
        try
        {
            var rounds = new List<XgbRound>();
            var best = new BestRound();
            for (var iteration = 0; iteration < schedule.Rounds; iteration++)
            {
                ct.ThrowIfCancellationRequested();
                booster.Update(iteration, train);
                var round = new XgbRound(iteration, watches.Count > 0 ? booster.Evaluate(iteration, watches) : []);
                rounds.Add(round);
                onRound?.Invoke(round);
                best.See(round);
                if (best.Iteration <= iteration - schedule.EarlyStopping)
                    break;
            }

            return Finish(booster, schedule, rounds, best);
        }
        catch
        {
            booster.Dispose();
            throw;
        }
    }

    private static void Check(IReadOnlyList<XgbWatch> watches, XgbSchedule schedule)
    {
        if (schedule.Rounds < 1)
            throw SlipwayException.Invalid($"{schedule.Rounds} rounds cannot be trained; ask for at least one.");
        if (schedule.EarlyStopping is < 1)
            throw SlipwayException.Invalid($"Early stopping after {schedule.EarlyStopping} rounds is not possible; give at least one.");
        if (schedule.EarlyStopping is not null && watches.Count == 0)
            throw SlipwayException.Invalid("Early stopping needs a watched set; add one, such as a validation set.");
        if (watches.Count > 0)
            XgbWatch.CheckNames(watches);
    }

    private static XgbTraining Finish(XgbBooster booster, XgbSchedule schedule, List<XgbRound> rounds, BestRound best)
    {
        if (schedule.EarlyStopping is null)
            return new XgbTraining(booster, rounds.Count - 1, rounds[^1].Deciding, false, rounds);

        // XGBoost's own front ends keep the names: other tools read them from the saved model.
        var model = best.Iteration == rounds.Count - 1 ? booster : booster.Take(best.Iteration + 1);
        if (model != booster)
            booster.Dispose();
        model.SetAttribute("best_iteration", best.Iteration.ToString(CultureInfo.InvariantCulture));
        model.SetAttribute("best_score", best.Score!.Value.ToString("R", CultureInfo.InvariantCulture));
        return new XgbTraining(model, best.Iteration, best.Score, rounds.Count < schedule.Rounds, rounds);
    }

    private sealed class BestRound
    {
        public int Iteration { get; private set; }

        public XgbScore? Score { get; private set; }

        public void See(XgbRound round)
        {
            if (round.Deciding is not { } score || !IsBetter(score))
                return;

            (Iteration, Score) = (round.Iteration, score);
        }

        private bool IsBetter(XgbScore score) =>
            Score is null || double.IsNaN(Score.Value)
            || (XgbScore.IsBetterLarger(score.Metric) ? score.Value > Score.Value : score.Value < Score.Value);
    }
}
