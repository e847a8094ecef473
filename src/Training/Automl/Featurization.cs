using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Training.Automl.Tables;
using Slipway.Training.Steps;

namespace Slipway.Training.Automl;

/// <summary>How columns become features, as far as the definition says.</summary>
internal sealed record Featurization
{
    private static readonly Dictionary<string, ColumnKind?> s_purposes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Numeric"] = ColumnKind.Numeric,
        ["Categorical"] = ColumnKind.Categorical,
        ["CategoricalHash"] = ColumnKind.Categorical,
        ["DateTime"] = ColumnKind.DateTime,
        ["Ignore"] = null,
        ["IgnoreColumn"] = null,
        ["Text"] = null,
    };

    // What Azure ML has and what of it is here.
    private static readonly string[] s_transformers =
    [
        "CatImputer", "CatTargetEncoder", "CountVectorizer", "DateTimeTransformer", "HashOneHotEncoder", "ImputationMarker", "Imputer",
        "LabelEncoder", "NaiveBayes", "OneHotEncoder", "StringCast", "TextTargetEncoder", "TfIdf", "WoETargetEncoder", "WordEmbedding",
    ];

    /// <summary>False: only numbers are learned from, as they are.</summary>
    public required bool IsOn { get; init; }

    /// <summary>What columns are taken for; null: they are left out.</summary>
    public required IReadOnlyDictionary<string, ColumnKind?> Kinds { get; init; }

    public required IReadOnlySet<string> Blocked { get; init; }

    public required IReadOnlyDictionary<string, Imputation> Imputations { get; init; }

    /// <summary>The columns whose gaps get the value before, in a series.</summary>
    public IReadOnlySet<string> Forward => Imputations.Where(pair => pair.Value.Strategy == Imputation.Forward)
        .Select(pair => pair.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);

    public static Featurization Read(JsonObject map)
    {
        var fields = new StepFields(map);
        var kinds = new Dictionary<string, ColumnKind?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (column, purpose) in fields.Map("column_name_and_types"))
        {
            var text = purpose?.ToString() ?? "";
            kinds[column] = s_purposes.TryGetValue(text.Replace("_", "", StringComparison.Ordinal), out var kind) ? kind : throw SlipwayException.Invalid(
                $"featurization.column_name_and_types.{column} is '{text}'.{Nearest.Hint(text, s_purposes.Keys)} Known: {string.Join(", ", s_purposes.Keys)}.");
        }

        return new Featurization
        {
            IsOn = !string.Equals(fields.OptionalText("mode"), "off", StringComparison.OrdinalIgnoreCase),
            Kinds = kinds,
            Blocked = fields.List("blocked_transformers").Select(name => Transformer(name?.ToString() ?? "")).ToHashSet(StringComparer.Ordinal),
            Imputations = ReadImputations(fields.Map("transformer_params")),
        };
    }

    private static Dictionary<string, Imputation> ReadImputations(JsonObject map)
    {
        var found = new Dictionary<string, Imputation>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, entries) in map)
        {
            if (Transformer(name) != "Imputer")
                continue;
            foreach (var entry in entries as JsonArray ?? [])
            {
                foreach (var column in entry?["fields"] as JsonArray ?? [])
                    found[column?.ToString() ?? ""] = Imputation.Read(entry?["parameters"] as JsonObject ?? []);
            }
        }

        return found;
    }

    private static string Transformer(string name) =>
        s_transformers.FirstOrDefault(known => string.Equals(known, name.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
        ?? throw SlipwayException.Invalid(
            $"There is no transformer '{name}'.{Nearest.Hint(name, s_transformers)} Known: {string.Join(", ", s_transformers)}.");
}

/// <summary>What takes the place of a missing value.</summary>
internal sealed record Imputation(string Strategy, string? Constant)
{
    public const string Forward = "ffill";

    private static readonly string[] s_strategies = ["mean", "median", "most_frequent", "constant", Forward];

    public static Imputation Read(JsonObject map)
    {
        var fields = new StepFields(map);
        var strategy = fields.OptionalText("strategy") ?? "mean";
        if (!s_strategies.Contains(strategy))
            throw SlipwayException.Invalid($"The imputer's strategy '{strategy}' is not known.{Nearest.Hint(strategy, s_strategies)} Known: {string.Join(", ", s_strategies)}.");
        return new Imputation(strategy, strategy == "constant" ? fields.OptionalText("fill_value") ?? "0" : null);
    }

    public float Of(string column, ReadOnlySpan<float> values)
    {
        if (Constant is { } text)
        {
            return float.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw SlipwayException.Invalid(
                $"The imputer's fill_value '{text}' is no number, and '{column}' holds numbers.");
        }

        var known = values.ToArray().Where(value => !float.IsNaN(value)).Order().ToArray();
        return known.Length == 0 ? 0 : Strategy switch
        {
            "mean" => known.Average(),
            "median" => (known[(known.Length - 1) / 2] + known[known.Length / 2]) / 2,
            _ => known.CountBy(value => value).MaxBy(count => count.Value).Key,
        };
    }

    public string Of(string column, IEnumerable<string?> texts) => Strategy switch
    {
        "constant" => Constant!,
        "most_frequent" => texts.Where(text => !string.IsNullOrEmpty(text)).CountBy(text => text!).MaxBy(count => count.Value).Key ?? "",
        _ => throw SlipwayException.Invalid($"The imputer's strategy '{Strategy}' needs numbers, and '{column}' is categorical; use most_frequent or constant."),
    };
}
