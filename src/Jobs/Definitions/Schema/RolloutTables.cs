using Slipway.Lake.Contracts;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Rollouts: how a new deployment gets the traffic of an old one.</summary>
internal static class RolloutTables
{
    private static readonly Shape s_share = new NumberShape { Min = 0, Max = 1 };

    private static readonly Shape s_duration = Matching(Duration.Pattern(), "a length of time, such as 90s, 15m, 36h or 7d");

    private static readonly ObjectShape s_criteria = Object(
        "criteria",
        F(
            "error_rate",
            Object(
                "an error rate",
                F("maximum", s_share, "The most of the candidate's requests that may fail."),
                F("maximum_increase", s_share, "By how much more of them may fail than of the baseline's.")),
            "How many requests fail."),
        F(
            "latency",
            Object(
                "a latency",
                F("percentile", new NumberShape { Min = 0, Max = 100, IsOpen = true }, "Of the requests; 99 when absent."),
                Required("maximum_ms", new NumberShape { Min = 0, IsOpen = true }, "Milliseconds within which they are answered.")),
            "How long the candidate takes."),
        F(
            "disagreement",
            Object(
                "a disagreement",
                Required("maximum", s_share, "The most of the answers that may differ."),
                F("tolerance", new NumberShape { Min = 0 }, "Scores differ that are further apart; when absent, the predicted classes are compared.")),
            "How often candidate and baseline answer the same request differently: wherever requests are mirrored."),
        F(
            "score_shift",
            Object("a score shift", Required("maximum", s_share, "The greatest Kolmogorov-Smirnov distance of their scores.")),
            "How far the candidate's scores are from the baseline's, as distributions."),
        F(
            "loss",
            Object(
                "a loss",
                F("metric", Choice("brier", "zero_one"), "brier when absent."),
                Required("maximum_increase", s_share, "By how much it may be greater than the baseline's.")),
            "How right the answers are, by the labels that come."));

    private static readonly ObjectShape s_step = new("a step", [
        F("shadow", Integer(1, 100), "Percent of the requests that the candidate answers for nobody."),
        F("traffic", Integer(1, 100), "Percent of the requests that the candidate answers."),
        F("minimum_samples", Integer(1), "Requests that must have been seen; 100 when absent."),
        F("minimum_time", s_duration, "How long the step lasts at least."),
        F("time_limit", s_duration, "When on_inconclusive decides; 24h when absent."),
        F("approval", Flag, "Whether a person must agree before the next step.")])
    {
        Rules =
        [
            new Rule((map, path, check) =>
            {
                if (map["shadow"] is null && map["traffic"] is null)
                    check.Refuse(map, path, "This step does nothing; say 'shadow' or 'traffic', or both.");
            }),
        ],
    };

    public static ObjectShape Rollout { get; } = Object(
        "a rollout",
        CommonTables.Schema,
        Required("type", Choice("rollout"), "What this is."),
        Required("name", CommonTables.EndpointNameText, "The name of the rollout."),
        CommonTables.Description,
        CommonTables.Tags,
        Required("endpoint", CommonTables.EndpointNameText, "The endpoint whose traffic moves."),
        F("baseline", CommonTables.EndpointNameText, "The deployment that answers now; when absent, the one with the most traffic."),
        Required("candidate", CommonTables.EndpointNameText, "The deployment that shall answer."),
        F("confidence", new NumberShape { Min = 0.5, Max = 1, IsOpen = true }, "That no good candidate is rolled back, and no bad one goes on; 0.95 when absent."),
        F("interval", s_duration, "How often it is judged; 15s when absent."),
        F("on_inconclusive", Choice("pause", "rollback", "advance"), "What a step does at its time limit; pause when absent."),
        Required("criteria", s_criteria, "What the candidate is judged by."),
        Required("steps", List(s_step), "What it is given, one after the other."));
}
