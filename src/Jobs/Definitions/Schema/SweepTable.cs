using Slipway.Jobs.Definitions.Yaml;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Sweeps: the space, the sampling, the objective, early termination.</summary>
internal static class SweepTable
{
    private static readonly ObjectShape s_inlineTrial = Object(
        "a trial",
        Shapes.Required("command", TextWith(ExpressionScope.Own | ExpressionScope.Search), "What the shell runs."),
        F("code", Reference(ReferenceUse.Code), "The folder with the code."),
        Required("environment", EnvironmentTable.InJob(ExpressionScope.ParentInputs).Shape, "What the process runs in."),
        CommonTables.EnvironmentVariables,
        CommonTables.Distribution(ExpressionScope.Own),
        CommonTables.Resources(ExpressionScope.ParentInputs),
        F("type", Choice("command"), "The kind of the trial."));

    private static readonly Shape s_conditional = new AnyShape();

    /// <summary>Expressions of a search space by type.</summary>
    public static VariantShape Space { get; } = new(
        "a search space",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["choice"] = Distribution("choice", Required("values", new ListShape(s_conditional), "What is chosen from.")),
            ["randint"] = Distribution("randint", Required("upper", Integer(1), "One above the greatest.")),
            ["uniform"] = Range("uniform"),
            ["quniform"] = Range("quniform", s_step),
            ["loguniform"] = Range("loguniform"),
            ["qloguniform"] = Range("qloguniform", s_step),
            ["normal"] = Normal("normal"),
            ["qnormal"] = Normal("qnormal", s_step),
            ["lognormal"] = Normal("lognormal"),
            ["qlognormal"] = Normal("qlognormal", s_step),
        },
        _ => null);

    public static Field EarlyTermination { get; } = F("early_termination", Termination(), "When a bad trial is ended.");

    public static Field SamplingAlgorithm { get; } = F("sampling_algorithm", Sampling(), "How the space is searched.");

    public static IReadOnlyList<Rule> Rules { get; } = [new Rule(CheckSampling)];

    private static Field s_step => Required("q", new NumberShape { Min = 0, IsOpen = true }, "Values are multiples of it.");

    public static IReadOnlyList<Field> Fields(ExpressionScope scope) =>
    [
        F("trial", new EitherShape(Reference(ReferenceUse.Component), s_inlineTrial), "What each trial runs."),
        SamplingAlgorithm,
        F("search_space", new MapShape(Space) { MayBeEmpty = false }, "What is varied, and how."),
        F(
            "objective",
            Object(
                "an objective",
                Required("primary_metric", TextWith(scope), "The metric, as the trial logs it."),
                Required("goal", new ChoiceShape("minimize", "maximize") { Scope = scope }, "What is better.")),
            "What is optimised."),
        F(
            "limits",
            new ObjectShape("sweep limits", [
                F("max_total_trials", Integer(1, null, scope), "Trials in all."),
                F("max_concurrent_trials", Integer(1, null, scope), "Trials at once."),
                F("timeout", Integer(1, null, scope), "Seconds for the sweep."),
                F("trial_timeout", Integer(1, null, scope), "Seconds for each trial.")])
            { Rules = [Rule.NotAbove("max_concurrent_trials", "max_total_trials")] },
            "When the sweep ends."),
        EarlyTermination,
    ];

    private static ObjectShape Distribution(string name, params Field[] fields) =>
        Object($"a {name} space", [F("type", Choice(name), "The distribution."), .. fields]);

    private static ObjectShape Range(string name, params Field[] more) =>
        new($"a {name} space", [
            F("type", Choice(name), "The distribution."),
            Required("min_value", Number(), "The smallest value."),
            Required("max_value", Number(), "The greatest value."),
            .. more])
        {
            Rules = [Rule.NotAbove("min_value", "max_value")],
        };

    private static ObjectShape Normal(string name, params Field[] more) =>
        Distribution(name, [
            Required("mu", Number(), "The mean."),
            Required("sigma", new NumberShape { Min = 0, IsOpen = true }, "The standard deviation."),
            .. more]);

    private static EitherShape Sampling() => new(
        Choice("random", "grid", "bayesian"),
        new VariantShape(
            "a sampling algorithm",
            "type",
            new Dictionary<string, ObjectShape>
            {
                ["random"] = Object(
                    "random sampling",
                    F("type", Choice("random"), "The algorithm."),
                    F("seed", Integer(), "Makes the draws repeatable."),
                    F("rule", Choice("random", "sobol"), "How points are drawn."),
                    F("logbase", Text, "The base of logarithmic spaces.")),
                ["grid"] = Object("grid sampling", F("type", Choice("grid"), "The algorithm.")),
                ["bayesian"] = Object("bayesian sampling", F("type", Choice("bayesian"), "The algorithm.")),
            },
            _ => null));

    private static VariantShape Termination()
    {
        ObjectShape Policy(string name, Rule[] rules, params Field[] fields) => new($"{name} termination", [
            F("type", Choice(name), "The policy."),
            F("evaluation_interval", Integer(1), "How many logged values lie between two decisions."),
            F("delay_evaluation", Integer(0), "How many logged values come before the first decision."),
            .. fields])
        { Rules = rules };

        return new VariantShape(
            "an early termination",
            "type",
            new Dictionary<string, ObjectShape>
            {
                ["bandit"] = Policy(
                    "bandit",
                    [Rule.ExactlyOne("slack_factor", "slack_amount")],
                    F("slack_factor", Number(0), "The ratio that a trial may be behind the best."),
                    F("slack_amount", Number(0), "The amount that a trial may be behind the best.")),
                ["median_stopping"] = Policy("median_stopping", []),
                ["truncation_selection"] = Policy(
                    "truncation_selection",
                    [],
                    Required("truncation_percentage", Integer(1, 99), "The share of trials that is ended."),
                    F("exclude_finished_jobs", Flag, "Whether finished trials are left out.")),
            },
            _ => null);
    }

    private static void CheckSampling(YamlMap sweep, string path, Check check)
    {
        var algorithm = sweep.Map("sampling_algorithm") is { } map ? map.Text("type") : sweep.Text("sampling_algorithm");
        string[]? allowed = algorithm?.ToUpperInvariant() switch
        {
            "GRID" => ["choice"],
            "BAYESIAN" => ["choice", "uniform", "quniform"],
            _ => null,
        };
        if (allowed is null)
            return;

        foreach (var entry in sweep.Map("search_space")?.Entries ?? [])
        {
            if (entry.Value is YamlMap space && Space.CaseOf(space) is { } type && !allowed.Contains(type))
            {
                check.Refuse(
                    space, $"{Shape.Join(path, "search_space")}.{entry.Key}", $"{algorithm} sampling cannot search a {type} space; it takes {string.Join(", ", allowed)}.");
            }
        }

        if (allowed.Length > 1 && sweep["early_termination"] is { } termination)
            check.Refuse(termination, Shape.Join(path, "early_termination"), "bayesian sampling goes without early termination; remove it.");
    }
}
