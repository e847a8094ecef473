using Slipway.Lake.Contracts;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Anomaly detectors.</summary>
internal static class AnomalyTables
{
    private static readonly Shape s_duration = Matching(Duration.Pattern(), "a length of time, such as 90s, 15m, 36h or 7d");

    private static readonly Field s_direction = F("direction", Choice("both", "up", "down"), "To which side a point may be off; both when absent.");

    private static readonly Field[] s_limits =
    [
        F("above", Number(), "What is more is wrong."),
        F("below", Number(), "What is less is wrong."),
    ];

    private static readonly VariantShape s_detector = new(
        "a detector",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["static"] = new ObjectShape("a static detector", [F("type", Choice("static"), "Limits of values."), .. s_limits])
            {
                Rules = [Rule.AtLeastOne("above", "below")],
            },
            ["dynamic"] = Object(
                "a dynamic detector",
                F("type", Choice("dynamic"), "A band that is learned."),
                F("season", s_duration, "What repeats: 1d, 7d. A multiple of every."),
                F("sensitivity", Choice("low", "medium", "high"), "How narrow the band is: 6, 4 or 3 deviations; medium when absent."),
                s_direction),
            ["rate_of_change"] = new ObjectShape("a detector of change", [
                F("type", Choice("rate_of_change"), "Limits of changes."),
                F("over", s_duration, "Over which time; from point to point when absent."),
                F("relative", Flag, "Changes are parts of what was before: 0.5 is half more."),
                .. s_limits])
            { Rules = [Rule.AtLeastOne("above", "below")] },
            ["cusum"] = Object(
                "a cusum detector",
                F("type", Choice("cusum"), "Small shifts that last, by cumulative sums."),
                F("shift", Number(0.01, 100), "The shift to be found, in standard deviations; 1 when absent."),
                F("decision", Number(0.1, 1000), "How much has to add up, in standard deviations; 5 when absent."),
                F("target", Number(), "The mean in control; learned when absent."),
                F("deviation", Number(1e-300), "The standard deviation in control; learned when absent."),
                s_direction),
        },
        _ => null);

    public static ObjectShape Detector { get; } = Object(
        "an anomaly detector",
        CommonTables.Schema,
        Required("type", Choice("anomaly_detector"), "What this is."),
        Required("name", CommonTables.AssetNameText, "The detector's name."),
        CommonTables.Description,
        Required("series", AlertTables.Series, "What it looks at; where that is several series, at each by itself."),
        F("every", s_duration, "Points are gathered into stretches of this length; as they come when absent."),
        F("aggregate", Choice("mean", "min", "max", "sum", "count", "last"), "What stands for the points of a stretch; mean when absent."),
        Required("detector", s_detector, "How points are judged."),
        F("history", s_duration, "How much is learned from; 28d when absent."),
        F(
            "violations",
            Object(
                "a count of violations",
                Required("count", Integer(1, 1000), "So many points must be off …"),
                F("of", Integer(1, 1000), "… of the last so many; the count when absent.")),
            "When points that are off make an anomaly; each one does when absent."),
        F("severity", Choice("info", "warning", "error", "critical"), "Of its alerts; warning when absent."),
        F("labels", TextMap, "Free words by name, which matchers can ask for."),
        F("alert", Flag, "Whether anomalies make alerts; true when absent."),
        F("incident", Flag, "Whether its alerts open incidents; true when absent."));
}
