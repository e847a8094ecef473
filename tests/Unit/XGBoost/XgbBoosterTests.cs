using System.Text;
using Slipway.Engines.XGBoost;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.XGBoost;

public sealed class XgbBoosterTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_saved_model_predicts_the_same_after_loading(bool ubj)
    {
        using var matrix = new SampleData(500, 2).Matrix();
        using var booster = Trained(matrix);

        using var loaded = XgbBooster.Load(ubj ? booster.SaveUbj() : booster.SaveJson());

        Assert.Equal(booster.Predict(matrix), loaded.Predict(matrix));
        Assert.Equal(6, loaded.BoostedRounds);
        Assert.Equal(matrix.Features, loaded.Features);
    }

    [Fact]
    public void The_margin_is_the_logit_of_the_prediction()
    {
        using var matrix = new SampleData(200, 3).Matrix();
        using var booster = Trained(matrix);

        var margins = booster.Predict(matrix, margin: true);

        Assert.All(booster.Predict(matrix).Zip(margins), pair => Assert.Equal(pair.First, 1 / (1 + Math.Exp(-pair.Second)), 1e-6));
        Assert.Contains(margins, margin => margin < 0);
    }

    [Fact]
    public void A_prediction_can_use_the_first_rounds_only()
    {
        using var matrix = new SampleData(200, 4).Matrix();
        using var booster = Trained(matrix);
        using var first = booster.Take(2);

        var predictions = booster.Predict(matrix, endIteration: 2);

        Assert.Equal(first.Predict(matrix), predictions);
        Assert.NotEqual(booster.Predict(matrix), predictions);
        Assert.Equal((2, 6), (first.BoostedRounds, booster.BoostedRounds));
        Assert.Equal(matrix.Features, first.Features);
    }

    [Fact]
    public void Features_that_decide_score_higher_than_noise()
    {
        using var matrix = new SampleData(2000, 5).Matrix();
        using var booster = Trained(matrix);

        var gain = booster.FeatureScores(XgbImportance.TotalGain);
        var weight = booster.FeatureScores(XgbImportance.Weight);

        Assert.True(gain["a"] > gain["b"]);
        Assert.True(gain["b"] > gain.GetValueOrDefault("noise"));
        Assert.Equal(weight.Values, weight.Values.Select(value => MathF.Round(value)));
    }

    [Fact]
    public void A_weight_of_zero_takes_a_row_out()
    {
        var data = new SampleData(400, 6);
        using var matrix = data.Matrix();
        matrix.SetWeight([.. data.Label]);
        using var booster = Trained(matrix);

        Assert.All(booster.Predict(matrix), prediction => Assert.True(prediction > 0.8));
    }

    [Fact]
    public void Other_columns_than_the_models_are_refused()
    {
        using var matrix = new SampleData(100, 7).Matrix();
        using var booster = Trained(matrix);
        using var other = XgbMatrix.FromRows([1, 2], [new("a"), new("c")]);

        var refusal = Assert.Throws<SlipwayException>(() => booster.Predict(other));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains("the columns a, c but the model learned from a, b, noise", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a model")]
    [InlineData("{}")]
    [InlineData("{\"learner\": {")]
    public void What_is_not_a_model_is_refused(string text)
    {
        var refusal = Assert.Throws<SlipwayException>(() => XgbBooster.Load(Encoding.UTF8.GetBytes(text)));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.StartsWith("XGBoost cannot read the model: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_objective_is_refused_with_the_known_ones()
    {
        using var matrix = new SampleData(50, 8).Matrix();

        var refusal = Assert.Throws<SlipwayException>(() => XgbTrainer.Train(
            [new("objective", "binary:logistics")], matrix, [], new XgbSchedule(1), null, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains("binary:logistics", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Stack trace", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_threads_may_predict_at_once()
    {
        using var matrix = new SampleData(1000, 9).Matrix();
        using var booster = Trained(matrix);
        var expected = booster.Predict(matrix);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var own = new SampleData(1000, 9).Matrix();
            return booster.Predict(own);
        })));

        Assert.All(answers, answer => Assert.Equal(expected, answer));
    }

    private static XgbBooster Trained(XgbMatrix matrix) => XgbTrainer.Train(
        SampleData.Binary(), matrix, [], new XgbSchedule(6), null, TestContext.Current.CancellationToken).Booster;
}
