using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Kernel;
using Slipway.Statistics.Search;

namespace Slipway.Jobs.Sweeps;

/// <summary>A sweep's definition, ready for use.</summary>
internal sealed record SweepSettings
{
    private const int DefaultTrials = 1000;
    private const int DefaultConcurrency = 10;

    public required string Metric { get; init; }

    public required Goal Goal { get; init; }

    public required int MostTrials { get; init; }

    public required int MostAtOnce { get; init; }

    public TimeSpan? Timeout { get; init; }

    public TerminationPolicy? Termination { get; init; }

    public required ISampler Sampler { get; init; }

    /// <summary>The values of each parameter that is chosen from a list, in the order of the space; null for others.</summary>
    private IReadOnlyList<JsonNode?[]?> Values { get; init; } = [];

    private IReadOnlyList<string> Names { get; init; } = [];

    /// <param name="seed">For draws that have none of their own.</param>
    public static SweepSettings Read(JsonObject settings, JsonObject? limits, ulong seed)
    {
        var space = settings["search_space"]!.AsObject();
        var values = space.Select(entry => Choice(entry.Key, entry.Value!)).ToList();
        var objective = settings["objective"]!;
        var most = Count(limits, "max_total_trials") ?? DefaultTrials;
        return new SweepSettings
        {
            Metric = objective["primary_metric"]!.GetValue<string>(),
            Goal = objective["goal"]!.GetValue<string>() == "maximize" ? Goal.Maximize : Goal.Minimize,
            MostTrials = most,
            MostAtOnce = Math.Min(most, Count(limits, "max_concurrent_trials") ?? DefaultConcurrency),
            Timeout = Count(limits, "timeout") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Termination = Policy(settings["early_termination"]),
            Sampler = Algorithm(
                settings["sampling_algorithm"]!,
                new SearchSpace([.. space.Select((entry, at) => new Dimension(entry.Key, Space(entry.Value!, values[at])))]),
                seed),
            Values = values,
            Names = [.. space.Select(entry => entry.Key)],
        };
    }

    public Dictionary<string, string> Parameters(IReadOnlyList<double> point) => Names
        .Select((name, at) => (name, text: Values[at] is { } values ? ParameterText.Of(values[(int)point[at]]) : ParameterText.Of(point[at])))
        .ToDictionary(pair => pair.name, pair => pair.text);

    private static JsonNode?[]? Choice(string name, JsonNode space)
    {
        if (space["values"] is not JsonArray values)
            return null;
        if (values.OfType<JsonObject>().SelectMany(value => value).Any(part => part.Value is JsonObject inner && IsSpace(inner)))
        {
            throw new SlipwayException(
                ErrorCode.NotImplemented, $"search_space.{name} has spaces within its values, which are not searched; give each parameter a space of its own.");
        }

        // The same value twice would be the same trial twice.
        return [.. values.DistinctBy(value => value?.ToJsonString())];
    }

    private static bool IsSpace(JsonObject value) => value["type"]?.ToString() is { } type && SweepTable.Space.Cases.ContainsKey(type);

    private static Distribution Space(JsonNode space, JsonNode?[]? values)
    {
        double Number(string field) => double.Parse(space[field]!.ToString(), CultureInfo.InvariantCulture);
        var type = space["type"]!.GetValue<string>();
        var step = space["q"] is null ? (double?)null : Number("q");
        return type.TrimStart('q') switch
        {
            "choice" => new Choices(values!.Length),
            "randint" => Distribution.Integers((int)Number("upper")),
            "uniform" => Distribution.Uniform(Number("min_value"), Number("max_value"), step),
            "loguniform" => Distribution.LogUniform(Number("min_value"), Number("max_value"), step),
            "normal" => Distribution.Normal(Number("mu"), Number("sigma"), step),
            _ => Distribution.LogNormal(Number("mu"), Number("sigma"), step),
        };
    }

    private static ISampler Algorithm(JsonNode algorithm, SearchSpace space, ulong seed)
    {
        var given = algorithm as JsonObject;
        var type = given?["type"]?.ToString() ?? algorithm.ToString();
        if (given?["seed"]?.ToString() is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var own))
            seed = unchecked((ulong)own);
        if (type == "grid")
            return new GridSampler(space);
        if (type == "bayesian")
            return new TreeParzenSampler(space, seed);
        if (given?["rule"]?.ToString() != "sobol")
            return new RandomSampler(space, seed);
        return space.Dimensions.Count <= SobolSampler.MostDimensions
            ? new SobolSampler(space, seed)
            : throw SlipwayException.Invalid(
                $"sampling_algorithm.rule: sobol takes at most {SobolSampler.MostDimensions} parameters, and the space has {space.Dimensions.Count}; use random.");
    }

    private static TerminationPolicy? Policy(JsonNode? given)
    {
        if (given is null)
            return null;

        TerminationPolicy policy = given["type"]!.GetValue<string>() switch
        {
            "bandit" => new BanditPolicy { SlackFactor = Number(given["slack_factor"]), SlackAmount = Number(given["slack_amount"]) },
            "median_stopping" => new MedianStoppingPolicy(),
            _ => new TruncationPolicy
            {
                Percentage = (int)Number(given["truncation_percentage"])!,
                ExcludeFinished = given["exclude_finished_jobs"]?.ToString() == "true",
            },
        };
        return policy with { Interval = (int)(Number(given["evaluation_interval"]) ?? 1), Delay = (int)(Number(given["delay_evaluation"]) ?? 0) };
    }

    private static double? Number(JsonNode? value) => value is null ? null : double.Parse(value.ToString(), CultureInfo.InvariantCulture);

    private static int? Count(JsonObject? limits, string field) => limits?[field]?.ToString() is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
        : throw SlipwayException.Invalid($"limits.{field} is '{text}'; it must be a whole number above 0.");
}
