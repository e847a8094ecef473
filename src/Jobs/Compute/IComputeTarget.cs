using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>Where commands run: a policy by the name of <c>compute:</c>.</summary>
internal interface IComputeTarget : IPolicy
{
    /// <summary>
    /// Runs the command to its end and returns the exit code of the shell. When the token is cancelled, everything that
    /// the command started is ended before this throws.
    /// </summary>
    Task<int> RunAsync(ComputeTask task, CancellationToken ct);
}

/// <summary>One process to run.</summary>
internal sealed record ComputeTask
{
    public required string Command { get; init; }

    /// <summary>Exists; the process may write there.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>Set beside what the server's own environment holds.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Takes stdout and stderr, in the order in which they were written.</summary>
    public required StepLog Log { get; init; }
}
