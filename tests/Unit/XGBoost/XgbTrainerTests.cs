using Slipway.Engines.XGBoost;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.XGBoost;

public sealed class XgbTrainerTests
{
    [Fact]
    public void Every_round_is_told_with_every_metric_of_every_set()
    {
        using var train = new SampleData(500, 20).Matrix();
        using var valid = new SampleData(300, 21).Matrix();
        var heard = new List<XgbRound>();

        using var training = XgbTrainer.Train(
            SampleData.Binary(("eval_metric", "error@0.4"), ("eval_metric", "auc")), train,
            [new("in-sample", train), new("in", valid)], new XgbSchedule(4), heard.Add, Ct);

        Assert.Equal([0, 1, 2, 3], heard.Select(round => round.Iteration));
        Assert.All(heard, round => Assert.Equal(
            [("in-sample", "error@0.4"), ("in-sample", "auc"), ("in", "error@0.4"), ("in", "auc")],
            round.Scores.Select(score => (score.Set, score.Metric))));
        Assert.True(heard[3].Scores[3].Value > 0.9);
        Assert.Equal((3, false), (training.BestIteration, training.StoppedEarly));
        Assert.Equal(heard[3].Scores[3], training.BestScore);
    }

    [Theory]
    [InlineData("auc")]
    [InlineData("logloss")]
    public void Early_stopping_keeps_the_rounds_up_to_the_best(string metric)
    {
        using var train = new SampleData(60, 22).Matrix();
        using var valid = new SampleData(500, 23).Matrix();

        using var training = XgbTrainer.Train(
            SampleData.Binary(("eval_metric", metric), ("eta", "1")), train, [new("train", train), new("valid", valid)],
            new XgbSchedule(500, EarlyStopping: 5), null, Ct);

        var values = training.Rounds.Select(round => round.Scores[^1].Value).ToArray();
        Assert.True(training.StoppedEarly);
        Assert.Equal(metric == "auc" ? values.Max() : values.Min(), training.BestScore!.Value);
        Assert.Equal(Array.IndexOf(values, training.BestScore.Value), training.BestIteration);
        Assert.Equal(training.BestIteration + 6, training.Rounds.Count);
        Assert.Equal(training.BestIteration + 1, training.Booster.BoostedRounds);
        Assert.Equal(training.BestIteration.ToString(), training.Booster.GetAttribute("best_iteration"));
        var again = Assert.Single(training.Booster.Evaluate(0, [new("valid", valid)]));
        Assert.Equal(training.BestScore.Value, again.Value, 1e-6);
    }

    [Fact]
    public void Cancellation_is_heard_between_rounds()
    {
        using var train = new SampleData(100, 24).Matrix();
        using var source = new CancellationTokenSource();
        var rounds = 0;

        Assert.Throws<OperationCanceledException>(() => XgbTrainer.Train(
            SampleData.Binary(), train, [], new XgbSchedule(1000), OnRound, source.Token));

        Assert.Equal(3, rounds);

        void OnRound(XgbRound round)
        {
            if (++rounds == 3)
                source.Cancel();
        }
    }

    [Fact]
    public void The_same_seed_learns_the_same_model()
    {
        using var train = new SampleData(500, 25).Matrix();

        var models = Enumerable.Range(0, 2).Select(_ =>
        {
            using var training = XgbTrainer.Train(
                SampleData.Binary(("subsample", "0.5"), ("seed", "7")), train, [], new XgbSchedule(5), null, Ct);
            return training.Booster.SaveJson();
        }).ToArray();

        Assert.Equal(models[0], models[1]);
    }

    [Fact]
    public void Early_stopping_without_a_watched_set_is_refused()
    {
        using var train = new SampleData(10, 26).Matrix();

        var refusal = Assert.Throws<SlipwayException>(() =>
            XgbTrainer.Train(SampleData.Binary(), train, [], new XgbSchedule(5, EarlyStopping: 2), null, Ct));

        Assert.Contains("needs a watched set", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auc", true)]
    [InlineData("aucpr", true)]
    [InlineData("ndcg@5", true)]
    [InlineData("map@3-", true)]
    [InlineData("mape", false)]
    [InlineData("logloss", false)]
    [InlineData("error@0.7", false)]
    public void Which_direction_is_better_follows_from_the_metric(string metric, bool larger) =>
        Assert.Equal(larger, XgbScore.IsBetterLarger(metric));

    [Fact]
    public void Values_that_are_no_numbers_are_read()
    {
        var scores = XgbScore.Parse("[0]\ta-b:nan\ta-c:-inf", ["a"]);

        Assert.Equal([double.NaN, double.NegativeInfinity], scores.Select(score => score.Value));
        Assert.Equal(["b", "c"], scores.Select(score => score.Metric));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
