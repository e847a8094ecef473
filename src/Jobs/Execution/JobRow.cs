using Slipway.Jobs.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>A job's row, without its definition.</summary>
internal record JobRow
{
    public required string Id { get; init; }

    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string Experiment { get; init; }

    public string? DisplayName { get; init; }

    public required string Principal { get; init; }

    public required string Tags { get; init; }

    public required JobStatus Status { get; init; }

    public string? Message { get; init; }

    public required bool CancelRequested { get; init; }

    public required bool Announced { get; init; }

    public required long CreatedAt { get; init; }

    public long? StartedAt { get; init; }

    public long? EndedAt { get; init; }

    public string? ParentName { get; init; }

    public bool Archived { get; init; }

    public bool IsOver => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled;
}

/// <summary>How far a job is.</summary>
internal sealed record Progress
{
    public required int OpenSteps { get; init; }

    public required int FailedSteps { get; init; }

    public required bool CancelRequested { get; init; }
}
