using System.Globalization;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>
/// Where a window by whole numbers ends. It is kept with the run of its step before a row is landed: an attempt that follows a crash ends
/// at the same number, and the dataflow goes on from there.
/// </summary>
internal sealed class Watermark(ITracking tracking)
{
    private const string Param = "window_to";

    /// <summary>The window with the end that an earlier attempt found.</summary>
    public async Task<DataWindow?> ResumeAsync(StepContext step, DataWindow? window, CancellationToken ct) =>
        window is { Column: not null, To: null } && await FindAsync(step.Caller, step.RunId, ct) is { } to
            ? window with { To = WindowBound.At(to) }
            : window;

    public Task KeepAsync(StepContext step, DataWindow window, CancellationToken ct) => tracking.LogAsync(
        step.Caller, step.RunId, [], new Dictionary<string, string> { [Param] = window.To!.Value.Text }, new Dictionary<string, string>(), ct);

    /// <summary>What the step of a job that moved such a window told; null: none did.</summary>
    public async Task<long?> ReachedAsync(Caller caller, Job job, CancellationToken ct)
    {
        foreach (var step in job.Steps.Where(step => step.Kind == DataflowStep.Kind))
        {
            if (await FindAsync(caller, step.RunId, ct) is { } to)
                return to;
        }

        return null;
    }

    private async Task<long?> FindAsync(Caller caller, string runId, CancellationToken ct) =>
        await tracking.FindRunAsync(caller, runId, ct) is { } run && run.Params.TryGetValue(Param, out var text)
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
