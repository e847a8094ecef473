using System.Diagnostics;
using Slipway.Jobs.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>
/// The traces of jobs (https://www.w3.org/TR/trace-context/): what a request began goes on in the steps of its job, on whichever machine.
/// </summary>
internal static class JobTrace
{
    private static readonly ActivitySource s_source = new("Slipway.Jobs");

    /// <summary>What a job that is submitted now belongs to: the trace of who submits it, or one of its own. A traceparent.</summary>
    public static string Begin() => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id }
        ? id
        : $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-{(s_source.HasListeners() ? "01" : "00")}";

    /// <summary>What the command of a step goes on with; null: nothing.</summary>
    public static string? Parent(JobRecord job) => Activity.Current?.Id ?? job.Trace;

    /// <summary>Null while nobody listens.</summary>
    public static Activity? Start(JobRecord job, StepRow row, int attempt)
    {
        ActivityContext.TryParse(job.Trace, null, isRemote: true, out var parent);
        return s_source.StartActivity($"step {row.Kind}", ActivityKind.Consumer, parent)?
            .SetTag("slipway.workspace", job.Caller.Workspace.Value).SetTag("slipway.job", job.Name).SetTag("slipway.step", row.Name)
            .SetTag("slipway.run", row.RunId).SetTag("slipway.attempt", attempt);
    }

    public static void End(Activity? step, StepResult result)
    {
        if (step is null)
            return;
        step.SetTag("slipway.status", result.End.Status.ToString());
        if (result.End.Status == JobStatus.Failed)
            step.SetStatus(ActivityStatusCode.Error, result.End.Message);
    }
}
