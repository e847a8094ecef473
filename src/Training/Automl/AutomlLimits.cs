using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Training.Steps;

namespace Slipway.Training.Automl;

/// <summary>When the search ends; the defaults are Azure ML's.</summary>
internal sealed record AutomlLimits
{
    public required int MostTrials { get; init; }

    public required int MostAtOnce { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required TimeSpan TrialTimeout { get; init; }

    /// <summary>0 or less: all.</summary>
    public required int CoresPerTrial { get; init; }

    public required bool EndsEarly { get; init; }

    public required double? ExitScore { get; init; }

    public static AutomlLimits Read(JsonObject map)
    {
        var fields = new StepFields(map);
        var most = fields.OptionalInteger("max_trials", 1) ?? 1000;
        var atOnce = fields.OptionalInteger("max_concurrent_trials", 1) ?? 1;
        return new AutomlLimits
        {
            MostTrials = most,
            MostAtOnce = atOnce <= most ? atOnce : throw SlipwayException.Invalid(
                $"limits.max_concurrent_trials is {atOnce} and max_trials {most}; no more trials can run at once than there are in all."),
            Timeout = TimeSpan.FromMinutes(fields.OptionalInteger("timeout_minutes", 1) ?? 8640),
            TrialTimeout = TimeSpan.FromMinutes(fields.OptionalInteger("trial_timeout_minutes", 1) ?? 43200),
            CoresPerTrial = fields.OptionalInteger("max_cores_per_trial", -1) ?? -1,
            EndsEarly = fields.OptionalText("enable_early_termination") is not { } text || bool.Parse(text),
            ExitScore = fields.OptionalText("exit_score") is null ? null : fields.Number("exit_score", 0, double.MinValue, double.MaxValue),
        };
    }

    /// <summary>The threads of each trial: what is not said is shared by those that run at once.</summary>
    public int Threads => CoresPerTrial > 0
        ? Math.Min(CoresPerTrial, Environment.ProcessorCount)
        : Math.Max(1, Environment.ProcessorCount / MostAtOnce);
}
