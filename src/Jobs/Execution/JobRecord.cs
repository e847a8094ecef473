using Slipway.Jobs.Contracts;
using Slipway.Jobs.Planning;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>What of a job never changes, with its plan ready for use; kept in memory while its steps run.</summary>
internal sealed class JobRecord
{
    private readonly Lazy<int[][]> _successors;

    public JobRecord() => _successors = new Lazy<int[][]>(FindSuccessors);

    public required string Id { get; init; }

    public required Caller Caller { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string Experiment { get; init; }

    public string? DisplayName { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required JobPlan Plan { get; init; }

    /// <summary>The job whose step started this one; null: nobody's.</summary>
    public string? ParentName { get; init; }

    /// <summary>The tracking run of that step.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>The trace that it belongs to, as a traceparent; null: it is of before traces were kept.</summary>
    public string? Trace { get; init; }

    public bool IsPipeline => Type == "pipeline";

    /// <summary>The steps that wait for a step.</summary>
    public int[] SuccessorsOf(int position) => _successors.Value[position];

    /// <summary>"job/step": the same at every attempt.</summary>
    public string StepId(int position) => $"{Name}/{Plan.Steps[position].Name}";

    private int[][] FindSuccessors()
    {
        var successors = Plan.Steps.Select(_ => new List<int>()).ToArray();
        for (var position = 0; position < Plan.Steps.Count; position++)
        {
            foreach (var before in Plan.Steps[position].WaitsFor)
                successors[before].Add(position);
        }

        return [.. successors.Select(list => list.ToArray())];
    }
}

/// <summary>A step's row.</summary>
internal record StepRow
{
    public required string JobId { get; init; }

    public required int Position { get; init; }

    public required string Name { get; init; }

    public required string Kind { get; init; }

    public required JobStatus Status { get; init; }

    public required string RunId { get; init; }

    public required int WaitsFor { get; init; }

    public required int Attempt { get; init; }

    public required bool Reused { get; init; }

    public string? Message { get; init; }

    public string? CacheKey { get; init; }

    public string? CacheParts { get; init; }

    public required string Outputs { get; init; }

    public long? StartedAt { get; init; }

    public long? EndedAt { get; init; }

    public bool IsOver => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled;
}

/// <summary>A step's row as it is leased, with what its job's row says about going on.</summary>
internal sealed record LeasedStep : StepRow
{
    public required int Canceled { get; init; }

    public required int Failed { get; init; }

    /// <summary>Whether it is too late to start the step.</summary>
    public bool MayNotStart(JobPlan plan) =>
        Canceled > 0 || (Failed > 0 && !plan.ContinueOnStepFailure && !plan.Steps[Position].Always);
}
