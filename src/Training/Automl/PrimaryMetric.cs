using Slipway.Kernel;

namespace Slipway.Training.Automl;

/// <summary>What is optimised.</summary>
internal sealed record PrimaryMetric(string Name, bool IsBetterLarger)
{
    private static readonly PrimaryMetric[] s_classification =
    [
        new("accuracy", true), new("AUC_weighted", true), new("average_precision_score_weighted", true), new("norm_macro_recall", true),
        new("precision_score_weighted", true),
    ];

    private static readonly PrimaryMetric[] s_regression =
    [
        new("normalized_root_mean_squared_error", false), new("normalized_mean_absolute_error", false), new("r2_score", true),
        new("spearman_correlation", true),
    ];

    /// <param name="name">Null: Azure ML's default for the task.</param>
    public static PrimaryMetric Parse(string? name, bool classifies)
    {
        var known = classifies ? s_classification : s_regression;
        return name is null ? known[0]
            : known.FirstOrDefault(metric => string.Equals(metric.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw SlipwayException.Invalid(
                $"'{name}' cannot be optimised here.{Nearest.Hint(name, known.Select(metric => metric.Name))} "
                + $"Known: {string.Join(", ", known.Select(metric => metric.Name))}.");
    }

    /// <summary>So that less is better; NaN for what is not worth anything.</summary>
    public double Loss(double value) => IsBetterLarger ? -value : value;
}
