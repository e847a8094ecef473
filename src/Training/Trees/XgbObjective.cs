using Slipway.Kernel;

namespace Slipway.Training.Trees;

/// <summary>How a prediction is made of the margins.</summary>
internal enum XgbLink
{
    Identity,
    Logistic,
    Exponential,
    Softmax,
}

/// <summary>What a model was trained for.</summary>
internal sealed record XgbObjective
{
    private static readonly XgbObjective[] s_known =
    [
        new() { Name = "binary:logistic", Link = XgbLink.Logistic, Classifies = true },
        new() { Name = "multi:softprob", Link = XgbLink.Softmax, Classifies = true },
        new() { Name = "multi:softmax", Link = XgbLink.Softmax, Classifies = true, PredictsLabel = true },
        new() { Name = "reg:squarederror", Link = XgbLink.Identity },
        new() { Name = "reg:squaredlogerror", Link = XgbLink.Identity },
        new() { Name = "reg:absoluteerror", Link = XgbLink.Identity },
        new() { Name = "reg:pseudohubererror", Link = XgbLink.Identity },
        new() { Name = "reg:logistic", Link = XgbLink.Logistic },
        new() { Name = "count:poisson", Link = XgbLink.Exponential },
        new() { Name = "reg:gamma", Link = XgbLink.Exponential },
        new() { Name = "reg:tweedie", Link = XgbLink.Exponential },
    ];

    public required string Name { get; init; }

    public required XgbLink Link { get; init; }

    public bool Classifies { get; init; }

    /// <summary>XGBoost answers with the class and not with its probability.</summary>
    public bool PredictsLabel { get; init; }

    public static IEnumerable<string> Names => s_known.Select(objective => objective.Name);

    public static XgbObjective Parse(string name) =>
        s_known.FirstOrDefault(objective => objective.Name == name) ?? throw SlipwayException.Invalid(
            $"The objective '{name}' cannot be exported.{Nearest.Hint(name, Names)} Use one of {string.Join(", ", Names)}.");
}
