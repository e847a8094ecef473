using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Training.Automl.Forecasting;
using Slipway.Training.Automl.Learning;
using Slipway.Training.Steps;

namespace Slipway.Training.Automl;

/// <summary>What a definition of an AutoML job says.</summary>
internal sealed record AutomlSettings
{
    private static readonly string[] s_tasks = ["classification", "regression", "forecasting"];

    /// <summary>False: a number is learned.</summary>
    public required bool Classifies { get; init; }

    public required PrimaryMetric Metric { get; init; }

    public required string Target { get; init; }

    public required string? WeightColumn { get; init; }

    public required string? PositiveLabel { get; init; }

    public required double? ValidationShare { get; init; }

    public required double? TestShare { get; init; }

    /// <summary>Null: as many as the data wants.</summary>
    public required int? Folds { get; init; }

    public required IReadOnlyList<string> SplitColumns { get; init; }

    public required AutomlLimits Limits { get; init; }

    public required Featurization Featurization { get; init; }

    public required IReadOnlyList<ILearner> Learners { get; init; }

    public required bool Explains { get; init; }

    /// <summary>Null: the rows stand for themselves.</summary>
    public required ForecastSettings? Forecast { get; init; }

    /// <summary>What the definition asks for and will not get.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public static AutomlSettings Read(JsonObject settings)
    {
        var fields = new StepFields(settings);
        var task = fields.Text("task");
        if (!s_tasks.Contains(task))
            throw new SlipwayException(ErrorCode.NotImplemented, $"The task '{task}' is not learned here, because it needs large networks; known: {string.Join(", ", s_tasks)}.");

        var classifies = task == "classification";
        var training = new StepFields(fields.Map("training"));
        var (learners, notes) = Learning.Learners.Choose(
            classifies, Texts(training.List("allowed_training_algorithms")), Texts(training.List("blocked_training_algorithms")));
        var forecast = task == "forecasting" ? ForecastSettings.Read(fields.Map("forecasting")) : null;
        var featurization = Featurization.Read(fields.Map("featurization"));
        if (forecast is null && featurization.Forward.Count > 0)
            throw SlipwayException.Invalid($"The imputer's strategy ffill fills from the row before in a time series; for '{featurization.Forward.First()}' use mean, median, most_frequent or constant.");
        return new AutomlSettings
        {
            Classifies = classifies,
            Metric = PrimaryMetric.Parse(fields.OptionalText("primary_metric"), classifies),
            Target = fields.Text("target_column_name"),
            WeightColumn = fields.OptionalText("weight_column_name"),
            PositiveLabel = fields.OptionalText("positive_label"),
            ValidationShare = Share(fields, "validation_data_size"),
            TestShare = Share(fields, "test_data_size"),
            Folds = fields.OptionalText("n_cross_validations") is null or "auto" ? null : fields.OptionalInteger("n_cross_validations", 2),
            SplitColumns = Texts(fields.List("cv_split_column_names")),
            Limits = AutomlLimits.Read(fields.Map("limits")),
            Featurization = featurization,
            Learners = learners,
            Explains = IsOn(training, "enable_model_explainability", otherwise: true),
            Forecast = forecast,
            Notes = [.. notes, .. Ensembles(training), .. forecast?.Notes ?? []],
        };
    }

    private static IEnumerable<string> Ensembles(StepFields training)
    {
        if (IsOn(training, "enable_stack_ensemble", otherwise: false) || IsOn(training, "enable_vote_ensemble", otherwise: false))
            yield return "No ensembles are made: the best single model is the result.";
        if (IsOn(training, "enable_dnn_training", otherwise: false))
            yield return "No networks are trained.";
    }

    private static bool IsOn(StepFields fields, string name, bool otherwise) =>
        fields.OptionalText(name) is { } text ? string.Equals(text, "true", StringComparison.OrdinalIgnoreCase) : otherwise;

    private static double? Share(StepFields fields, string name) =>
        fields.OptionalText(name) is null ? null : fields.Number(name, 0, 0.001, 0.999);

    private static List<string> Texts(IReadOnlyList<JsonNode?> list) => [.. list.Select(item => item?.ToString() ?? "")];
}
