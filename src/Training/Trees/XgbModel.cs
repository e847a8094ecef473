namespace Slipway.Training.Trees;

/// <summary>An XGBoost model of trees, as its JSON says it (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html).</summary>
internal sealed record XgbModel
{
    public required XgbObjective Objective { get; init; }

    /// <summary>The global bias, in the units of the prediction.</summary>
    public required float BaseScore { get; init; }

    /// <summary>How many margins a row has: the classes of a multi-class objective, otherwise 1.</summary>
    public required int Targets { get; init; }

    public required int FeatureCount { get; init; }

    /// <summary>Empty when the model does not say.</summary>
    public required IReadOnlyList<string> FeatureNames { get; init; }

    public required IReadOnlyList<XgbTree> Trees { get; init; }

    /// <summary>The margin before the first tree.</summary>
    public float BaseMargin => Objective.Link switch
    {
        XgbLink.Logistic => -MathF.Log((1 / BaseScore) - 1),
        XgbLink.Exponential => MathF.Log(BaseScore),
        _ => BaseScore,
    };
}
