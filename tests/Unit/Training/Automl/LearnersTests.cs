using Slipway.Kernel;
using Slipway.Training.Automl.Learning;
using Xunit;

namespace Slipway.Unit.Training.Automl;

/// <summary>Azure ML's learners by name: those that are here, and those that are not.</summary>
public sealed class LearnersTests
{
    public static TheoryData<string> Forecasters =>
    [
        "tcn_forecaster", "TCNForecaster", "auto_arima", "AutoArima", "prophet", "Prophet", "naive", "SeasonalNaive", "average", "seasonal_average", "exponential_smoothing", "Arimax",
    ];

    [Theory]
    [MemberData(nameof(Forecasters))]
    public void A_forecaster_that_is_not_here_is_refused_alone_and_told_beside_one_that_is(string name)
    {
        var refusal = Assert.Throws<SlipwayException>(() => Learners.Choose(false, [name], []));
        var (tried, notes) = Learners.Choose(false, [name, "XGBoostRegressor"], []);

        Assert.Equal(
            $"None of the allowed training algorithms ({name}) is here and not blocked. Allow one of xg_boost_regressor, elastic_net, gradient_boosting, random_forest, decision_tree.",
            refusal.Message);
        Assert.Equal("xg_boost_regressor", Assert.Single(tried).Name);
        Assert.Equal([$"Not tried, because they are not here for this task: {name}."], notes);
    }

    [Fact]
    public void A_name_that_nobody_knows_is_refused_with_the_nearest()
    {
        var refusal = Assert.Throws<SlipwayException>(() => Learners.Choose(false, ["tcn"], []));

        Assert.Equal("There is no training algorithm 'tcn'. Tried here: xg_boost_regressor, elastic_net, gradient_boosting, random_forest, decision_tree.", refusal.Message);
    }
}
