using Slipway.Jobs.Compute.SystemMetrics;
using Slipway.Jobs.Execution;

namespace Slipway.Jobs.Compute;

/// <summary>One command to run.</summary>
internal sealed record ComputeTask
{
    /// <summary>The step's run: the same at every attempt, and unlike all others.</summary>
    public required string RunId { get; init; }

    public required string Command { get; init; }

    /// <summary>The folders of this attempt: inputs to be read, outputs and the work folder to be written.</summary>
    public required StepFolders Folders { get; init; }

    /// <summary>Exists; the process may write there.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>The variables of the step, set beside what the target has by itself.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    public required TaskEnvironment Environment { get; init; }

    public required TaskResources Resources { get; init; }

    /// <summary>Runs beside the command where its processes are this machine's: given the one that leads their session.</summary>
    public Func<int, CancellationToken, Task>? Watch { get; init; }

    /// <summary>What is written of the machine's use where a target measures it by itself; null: nothing is measured.</summary>
    public TaskMeasure? Measure { get; init; }

    /// <summary>Takes stdout and stderr, in the order in which they were written.</summary>
    public required StepLog Log { get; init; }
}
