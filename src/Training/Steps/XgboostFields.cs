using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Training.Features;
using Slipway.Training.Trees;

namespace Slipway.Training.Steps;

/// <summary>What a definition says about the model to train.</summary>
internal sealed record XgboostFields
{
    public static IReadOnlyList<StepField> All { get; } =
    [
        new("label", FieldType.Text, true, "The column to learn."),
        new("features", FieldType.List, true, "The columns to learn from: names, or a map of names and types (numeric, categorical, ordinal); without a type the data's own decides."),
        new("objective", FieldType.Text, false, "XGBoost's objective; binary:logistic by default."),
        new("params", FieldType.Map, false, "XGBoost's parameters: eta, max_depth, max_bin …"),
        new("rounds", FieldType.Integer, false, "Rounds (trees for each class) at most; 100 by default."),
        new("early_stopping", FieldType.Integer, false, "Stop when the validation rows got no better for so many rounds."),
        new("where", FieldType.Text, false, "A condition in SQL on the rows to use, such as: week between 0 and 3."),
        new("valid_fraction", FieldType.Number, false, "The share of the rows that is not learned from but validated on; 0.1 by default."),
        new("time_column", FieldType.Text, false, "The newest rows by this column are the validation rows; without it they are drawn."),
        new("seed", FieldType.Integer, false, "The seed of whatever is drawn; 0 by default."),
    ];

    public required string Label { get; init; }

    public required IReadOnlyList<WantedFeature> Features { get; init; }

    public required XgbObjective Objective { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Params { get; init; }

    public required int Rounds { get; init; }

    public required int? EarlyStopping { get; init; }

    public required string? Where { get; init; }

    public required double ValidFraction { get; init; }

    public required string? TimeColumn { get; init; }

    public required int Seed { get; init; }

    public static XgboostFields Read(JsonObject settings)
    {
        var fields = new StepFields(settings);
        var read = new XgboostFields
        {
            Label = fields.Text("label"),
            Features = ReadFeatures(fields.List("features")),
            Objective = XgbObjective.Parse(fields.OptionalText("objective") ?? "binary:logistic"),
            Params = XgbParameters.Read(fields.Map("params")),
            Rounds = fields.OptionalInteger("rounds", 1) ?? 100,
            EarlyStopping = fields.OptionalInteger("early_stopping", 1),
            Where = fields.OptionalText("where"),
            ValidFraction = fields.Number("valid_fraction", 0.1, 0, 0.9),
            TimeColumn = fields.OptionalText("time_column"),
            Seed = fields.OptionalInteger("seed", 0) ?? 0,
        };
        if (read.EarlyStopping is not null && read.ValidFraction == 0)
            throw SlipwayException.Invalid("early_stopping needs validation rows; give valid_fraction a share above 0.");
        if (read.Features.FirstOrDefault(feature => feature.Name.Equals(read.Label, StringComparison.OrdinalIgnoreCase)) is not null)
            throw SlipwayException.Invalid($"'{read.Label}' is the label and cannot be a feature as well; take it off the features.");
        return read;
    }

    private static List<WantedFeature> ReadFeatures(IReadOnlyList<JsonNode?> items)
    {
        var features = new List<WantedFeature>();
        foreach (var item in items)
        {
            if (item is JsonObject map)
                features.AddRange(map.Select(pair => new WantedFeature(pair.Key, ReadType(pair.Key, pair.Value?.ToString()))));
            else
                features.Add(new WantedFeature(item?.ToString() ?? "", null));
        }

        if (features.Count == 0)
            throw SlipwayException.Invalid("There are no features; name at least one column under 'features'.");
        if (features.CountBy(feature => feature.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(count => count.Value > 1) is { Key: { } twice })
            throw SlipwayException.Invalid($"The feature '{twice}' is named twice; remove one.");
        return features;
    }

    private static FeatureKind? ReadType(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;

        var names = Enum.GetNames<FeatureKind>().Select(known => known.ToLowerInvariant()).ToArray();
        return Enum.TryParse<FeatureKind>(text, ignoreCase: true, out var type) && names.Contains(text.ToLowerInvariant())
            ? type
            : throw SlipwayException.Invalid(
                $"The feature '{name}' has the type '{text}'.{Nearest.Hint(text, names)} Known: {string.Join(", ", names)}.");
    }
}

/// <param name="Type">Null: what the data says.</param>
internal sealed record WantedFeature(string Name, FeatureKind? Type);
