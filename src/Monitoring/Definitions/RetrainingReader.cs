using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Definitions;

/// <summary>Reads a retraining policy (type: retraining).</summary>
internal static class RetrainingReader
{
    public static RetrainingDefinition Read(string yaml, string source)
    {
        var root = FieldsReader.Read(yaml, source).Only(
            "$schema", "type", "name", "display_name", "description", "monitor", "model", "alias", "job", "inputs", "triggers",
            "data_gate", "cool_down", "minimum_new_labels", "budget", "rollout");
        if (root.RequiredText("type") is var type && type != "retraining")
            throw root.Wrong("type", $"is '{type}'; a retraining policy is of type retraining.");
        var triggers = root.RequiredMap("triggers").Only("drift", "performance", "age", "new_labels", "new_data", "schedule");
        if (!triggers.Keys.Any())
            throw root.Wrong("triggers", "names none. Known: drift, performance, age, new_labels, new_data, schedule.");
        return new RetrainingDefinition
        {
            Name = AssetName.Parse(root.RequiredText("name")).Value,
            Monitor = root.RequiredText("monitor"),
            Model = root.RequiredText("model"),
            Alias = root.Text("alias") ?? "champion",
            Job = root.Text("job"),
            Inputs = Inputs(root.Map("inputs")),
            Drift = Drift(triggers),
            Performance = Performance(triggers.Map("performance")),
            Age = triggers.Duration("age"),
            NewLabels = triggers.Whole("new_labels", least: 1),
            NewData = triggers.Text("new_data") is { } data ? AssetName.Parse(MonitorReader.Strip(data)).Value : null,
            Schedule = MonitorTrigger.Read(triggers.Map("schedule")),
            HasDataGate = root.Flag("data_gate") ?? false,
            CoolDown = root.Duration("cool_down") ?? TimeSpan.Zero,
            LeastNewLabels = root.Whole("minimum_new_labels", least: 0) ?? 0,
            Budget = Budget(root.Map("budget")),
            Rollout = Rollout(root, source),
        };
    }

    private static PolicyRollout? Rollout(Fields root, string source)
    {
        if (root.Map("rollout") is not { } fields)
            return null;
        fields.Only("endpoint", "confidence", "interval", "on_inconclusive", "criteria", "steps");
        return root.Text("job") is null
            ? throw root.Wrong("rollout", "is of no use without a 'job' that makes a version to roll out.")
            : new PolicyRollout(fields.Text("endpoint"), RolloutPlan.Parse(fields.Yaml(except: "endpoint"), $"{source}, rollout"));
    }

    private static Dictionary<string, string> Inputs(Fields? inputs) =>
        inputs?.Keys.ToDictionary(name => name, name => inputs.Text(name) ?? "") ?? [];

    // "drift: true", or "drift: {minimum_features: 2}"
    private static DriftTrigger? Drift(Fields triggers) => triggers.IsMap("drift")
        ? new DriftTrigger(triggers.Map("drift")!.Only("minimum_features").Whole("minimum_features", least: 1) ?? 1)
        : triggers.Flag("drift") == true ? new DriftTrigger(1) : null;

    private static PerformanceTrigger? Performance(Fields? fields)
    {
        if (fields is null)
            return null;
        fields.Only("metric", "maximum_drop", "reference");
        var metric = fields.RequiredText("metric");
        if (!PerformanceMetrics.IsKnown(metric))
        {
            throw fields.Wrong(
                "metric",
                $"is '{metric}'.{Nearest.Hint(metric, PerformanceMetrics.Names)} Known: {string.Join(", ", PerformanceMetrics.Names)}.");
        }

        return new PerformanceTrigger(metric, fields.Number("maximum_drop") ?? 0.05, fields.Number("reference"));
    }

    private static (long Jobs, TimeSpan Period)? Budget(Fields? fields) => fields is null ? null : (
        fields.Only("jobs", "period").Whole("jobs", least: 1) ?? throw fields.Wrong(null, "the field 'jobs' is missing."),
        fields.Duration("period") ?? throw fields.Wrong(null, "the field 'period' is missing."));
}
