using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Monitoring.Definitions;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Retraining;

/// <summary>A policy's judgement of the facts: whether to train again, and why in one sentence.</summary>
internal sealed record Judgement(bool Retrain, string Reason, JsonObject Numbers)
{
    /// <param name="askedBy">Who wants it trained by hand: reason enough, and no cool-down or number of labels holds it back.</param>
    public static Judgement Of(RetrainingDefinition policy, Facts facts, string? askedBy = null)
    {
        List<(bool Fired, string Text)> triggers = askedBy is null ? [.. Triggers(policy, facts)] : [(true, $"{askedBy} asked for it")];
        var fired = triggers.Where(trigger => trigger.Fired).Select(trigger => trigger.Text).ToList();
        var blocks = (askedBy is null ? Pauses(policy, facts) : []).Concat(Blocks(policy, facts)).ToList();
        var reason = fired.Count == 0 ? $"Not needed: {string.Join("; ", triggers.Select(trigger => trigger.Text))}."
            : blocks.Count > 0 ? $"Not yet: {string.Join("; ", fired)}; but {string.Join(" and ", blocks)}."
            : $"Retrain: {string.Join("; ", fired)}.";
        return new Judgement(fired.Count > 0 && blocks.Count == 0, reason, Tell(policy, facts));
    }

    private static IEnumerable<(bool Fired, string Text)> Triggers(RetrainingDefinition policy, Facts facts)
    {
        if (policy.Drift is { } drift)
            yield return Drift(drift, facts);
        if (policy.Performance is { } performance)
            yield return Performance(performance, facts);
        if (policy.Age is { } age)
        {
            yield return facts.TrainedUntil is { } until
                ? (facts.EventTime - until >= age, $"{Days(facts.EventTime - until)} since the training window of {Name(facts)} (limit {Days(age)})")
                : (false, $"the training window of {Name(facts)} is not known");
        }

        if (policy.NewLabels is { } labels)
            yield return (facts.NewLabels >= labels, $"{Count(facts.NewLabels)} new labels (limit {Count(labels)})");
        if (policy.NewData is { } data)
        {
            yield return facts.NewData is { } version
                ? (true, $"{version} came since the last training")
                : (false, $"no version of {data} came since the last training");
        }

        if (policy.Schedule is { } schedule)
        {
            // What was never trained is due at once.
            var due = (facts.LastTraining ?? facts.TrainedUntil) is { } last ? schedule.Next(last) : facts.EventTime;
            yield return due <= facts.EventTime
                ? (true, $"the schedule was due on {due.Value.UtcDateTime:yyyy-MM-dd}")
                : (false, "the schedule is not due");
        }
    }

    private static (bool Fired, string Text) Drift(DriftTrigger trigger, Facts facts)
    {
        if (!facts.IsOfChampion)
            return (false, NotChampion(facts, "drift"));
        var drifted = Drifted(facts);
        return drifted.Count >= trigger.LeastFeatures
            ? (true, $"{string.Join(", ", drifted)} drifted (limit {Count(trigger.LeastFeatures)})")
            : (false, $"{Count(drifted.Count)} drifted (limit {Count(trigger.LeastFeatures)})");
    }

    private static (bool Fired, string Text) Performance(PerformanceTrigger trigger, Facts facts)
    {
        if (!facts.IsOfChampion)
            return (false, NotChampion(facts, trigger.Metric));
        if (Current(trigger, facts) is not { } current)
            return (false, $"{trigger.Metric} is not known for lack of labels");
        if (facts.Reference is not { } reference)
            return (false, $"{trigger.Metric} {Number(current)} has no reference figure");
        var drop = PerformanceMetrics.RelativeDrop(trigger.Metric, reference.Value, current);
        return (
            drop > trigger.MaximumDrop,
            $"{trigger.Metric} {Number(current)} is {Percent(Math.Abs(drop))} {(drop > 0 ? "worse" : "better")} than {Number(reference.Value)} "
            + $"of {reference.From} (limit {Percent(trigger.MaximumDrop)})");
    }

    private static IEnumerable<string> Pauses(RetrainingDefinition policy, Facts facts)
    {
        if (facts.LastTraining is { } last && facts.EventTime - last < policy.CoolDown)
            yield return $"the cool-down of {Days(policy.CoolDown)} lasts until {(last + policy.CoolDown).UtcDateTime:yyyy-MM-dd}";
        if (facts.NewLabels < policy.LeastNewLabels)
            yield return $"only {Count(facts.NewLabels)} of {Count(policy.LeastNewLabels)} new labels have come";
    }

    private static IEnumerable<string> Blocks(RetrainingDefinition policy, Facts facts)
    {
        if (policy.HasDataGate && facts.Run.Metrics.FirstOrDefault(metric => metric.Crossed && QualityStatistics.ByName.Find(metric.Metric) is not null) is { } bad)
            yield return $"the data gate is closed, since {bad.Feature} {bad.Metric} {Number(bad.Value ?? double.NaN)} > {Number(bad.Threshold ?? double.NaN)}";
        if (facts.OnItsWay is { } job)
            yield return $"the challenger of {job} is still on its way";
        if (policy.Budget is { } budget && facts.Trainings >= budget.Jobs)
            yield return $"the budget of {Count(budget.Jobs)} trainings in {Days(budget.Period)} is used up";
    }

    private static JsonObject Tell(RetrainingDefinition policy, Facts facts) => new()
    {
        ["champion"] = facts.Champion.Number,
        ["window_model_version"] = facts.Run.ModelVersion,
        ["drifted"] = new JsonArray([.. Drifted(facts).Select(name => JsonValue.Create(name))]),
        ["metric"] = policy.Performance?.Metric,
        ["current"] = policy.Performance is { } trigger ? Current(trigger, facts) : null,
        ["reference"] = facts.Reference?.Value,
        ["age_days"] = facts.TrainedUntil is { } until ? Math.Round((facts.EventTime - until).TotalDays, 3) : null,
        ["new_labels"] = facts.NewLabels,
        ["new_data"] = facts.NewData,
        ["challenger_on_its_way"] = facts.OnItsWay,
        ["trainings_in_budget_period"] = facts.Trainings,
        ["last_training"] = facts.LastTraining is { } last ? last.ToString("O", CultureInfo.InvariantCulture) : null,
    };

    // Drifted predictions count as one input more.
    private static List<string> Drifted(Facts facts) =>
    [
        .. facts.Run.Drifted,
        .. facts.Run.HasDriftedAsWhole ? ["the predictions"] : Array.Empty<string>(),
    ];

    private static double? Current(PerformanceTrigger trigger, Facts facts) =>
        facts.Run.Metrics.FirstOrDefault(metric => metric is { Feature: null, Segment: null } && metric.Metric == trigger.Metric)?.Value;

    private static string NotChampion(Facts facts, string what) => facts.Run.ModelVersion is { } other
        ? $"{what} does not count, since {facts.Run.Model}:{other} answered the window and not {Name(facts)}"
        : $"{what} is not known, since nothing was collected";

    private static string Name(Facts facts) => $"{facts.Champion.Model}:{facts.Champion.Number}";

    private static string Days(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} days");

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.#} %");
}
