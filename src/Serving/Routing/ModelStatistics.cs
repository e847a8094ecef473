using System.Diagnostics;
using Slipway.Serving.Inference;

namespace Slipway.Serving.Routing;

/// <summary>What the deployments of a model version have done since they were loaded, as the protocols report it.</summary>
/// <param name="LastInference">Milliseconds since 1970; 0 before the first.</param>
/// <param name="Rows">Rows scored: "inference_count" of the protocols.</param>
internal sealed record ModelStatistics(
    string Model, string Version, long LastInference, long Rows, long Executions, long Failed, long FailedTicks, Stages Ticks)
{
    public static ModelStatistics Of(IEnumerable<ServedDeployment> deployments)
    {
        var (first, all) = (deployments.First(), deployments.Select(deployment => deployment.Counters).ToList());
        return new ModelStatistics(
            first.Model.Name,
            first.Model.VersionText,
            all.Max(counters => counters.LastAnswered),
            all.Sum(counters => counters.Rows),
            all.Sum(counters => counters.Requests - counters.Errors),
            all.Sum(counters => counters.Errors),
            all.Sum(counters => counters.RefusedTicks),
            new Stages(
                all.Sum(counters => counters.Ticks.Queue),
                all.Sum(counters => counters.Ticks.Input),
                all.Sum(counters => counters.Ticks.Infer),
                all.Sum(counters => counters.Ticks.Output)));
    }

    public IEnumerable<(string Name, long Count, long Nanoseconds)> Durations() =>
    [
        ("success", Executions, Nanoseconds(Ticks.Total)),
        ("fail", Failed, Nanoseconds(FailedTicks)),
        ("queue", Executions, Nanoseconds(Ticks.Queue)),
        ("compute_input", Executions, Nanoseconds(Ticks.Input)),
        ("compute_infer", Executions, Nanoseconds(Ticks.Infer)),
        ("compute_output", Executions, Nanoseconds(Ticks.Output)),
        ("cache_hit", 0, 0),
        ("cache_miss", 0, 0),
    ];

    private static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));
}
