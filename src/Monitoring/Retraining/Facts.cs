using System.Globalization;
using System.Text.Json;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Monitoring.Runs;
using Slipway.Registry.Contracts;
using Slipway.Tracking.Contracts;

namespace Slipway.Monitoring.Retraining;

/// <summary>The version in service.</summary>
internal sealed record Champion(string Model, int Number);

/// <summary>What a policy looks at when it decides.</summary>
internal sealed record Facts
{
    public required DateTimeOffset EventTime { get; init; }

    public required Champion Champion { get; init; }

    public required MonitorRun Run { get; init; }

    /// <summary>End of the window that the champion learned from; null when nobody knows.</summary>
    public DateTimeOffset? TrainedUntil { get; init; }

    public DateTimeOffset? LastTraining { get; init; }

    public required long NewLabels { get; init; }

    /// <summary>Trainings within the period of the budget.</summary>
    public required long Trainings { get; init; }

    /// <summary>The newest version of the asset that the policy waits for, if it came since the last training.</summary>
    public string? NewData { get; init; }

    /// <summary>What the performance figure was when the champion was accepted, and where that was read.</summary>
    public (double Value, string From)? Reference { get; init; }

    /// <summary>The job of a challenger that is neither promoted nor rejected yet; null: none is on its way.</summary>
    public string? OnItsWay { get; init; }

    /// <summary>The window was answered by the champion, so that its figures speak of it.</summary>
    public bool IsOfChampion => Run.Model == Champion.Model && Run.ModelVersion == Champion.Number;
}

/// <summary>Gathers the facts for a decision.</summary>
internal sealed class FactFinder(
    DecisionStore decisions, RunStore runs, References references, IGateLog gates, ITracking tracking, IDataAssets assets, ChallengeStore challenges)
{
    private const string WindowEndTag = "training_window_end";

    public async Task<Facts> FindAsync(
        Caller caller, RetrainingDefinition policy, ModelVersion champion, MonitorRun run, DateTimeOffset eventTime, CancellationToken ct)
    {
        var last = await decisions.LastTrainingAsync(caller.Workspace, policy.Name, eventTime, ct);
        var until = (await references.FindAsync(caller, champion, ct))?.To ?? Tagged(champion) ?? last;
        return new Facts
        {
            EventTime = eventTime,
            Champion = new Champion(champion.Model, champion.Number),
            Run = run,
            TrainedUntil = until,
            LastTraining = last,
            NewLabels = await runs.LabelsAfterAsync(caller.Workspace, policy.Monitor, last ?? until, eventTime, ct),
            Trainings = policy.Budget is { } budget
                ? await decisions.TrainingsAsync(caller.Workspace, policy.Name, eventTime - budget.Period, eventTime, ct)
                : 0,
            NewData = policy.NewData is { } data ? await NewDataAsync(caller, policy, data, champion, ct) : null,
            OnItsWay = (await challenges.FindOpenAsync(caller.Workspace, policy.Name, ct))?.Job,
            Reference = policy.Performance is { } performance ? await ReferenceAsync(caller, performance, champion, ct) : null,
        };
    }

    private async Task<string?> NewDataAsync(Caller caller, RetrainingDefinition policy, string data, ModelVersion champion, CancellationToken ct)
    {
        var since = await decisions.LastDecidedAsync(caller.Workspace, policy.Name, ct) ?? champion.CreatedAt;
        return await assets.FindAsync(caller, AssetName.Parse(data), null, ct) is { } version && version.CreatedAt > since ? version.Node : null;
    }

    private static DateTimeOffset? Tagged(ModelVersion champion) =>
        champion.Tags.TryGetValue(WindowEndTag, out var text) && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private async Task<(double Value, string From)?> ReferenceAsync(
        Caller caller, PerformanceTrigger trigger, ModelVersion champion, CancellationToken ct)
    {
        if (trigger.Reference is { } given)
            return (given, "the policy");
        if (await gates.FindAsync(caller, champion.Model, champion.Number, ct) is { } gate && FromEvidence(gate, trigger.Metric) is { } value)
            return (value, "its gate");
        if (champion.RunId is { } id && await tracking.FindRunAsync(caller, id, ct) is { } run
            && run.Metrics.TryGetValue(trigger.Metric, out var logged) && double.IsFinite(logged))
        {
            return (logged, "its training run");
        }

        return null;
    }

    // {"candidate": {"brier": 0.1593, …}, …}
    private static double? FromEvidence(GateDecision gate, string metric)
    {
        using var evidence = JsonDocument.Parse(gate.EvidenceJson);
        return evidence.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.TryGetProperty("candidate", out var candidate) && candidate.ValueKind == JsonValueKind.Object
            && candidate.TryGetProperty(metric, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;
    }
}
