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

    /// <summary>What is missing to run anything here; null: nothing.</summary>
    string? Problem => null;

    /// <summary>True: the environment's image is what the command runs in; this machine's programs do not matter.</summary>
    bool RunsImages => false;

    /// <summary>True: a command for several machines runs on the first node of a Slurm job that has them all.</summary>
    bool HasNodes => false;

    /// <summary>
    /// What the environment comes to here, beyond its definition: the digest of an image. It becomes part of the step's
    /// cache key. Null: nothing.
    /// </summary>
    /// <param name="mayFetch">False: nobody should wait for a download; NotFound when one is needed.</param>
    Task<string?> IdentifyAsync(TaskEnvironment environment, bool mayFetch, CancellationToken ct) => Task.FromResult<string?>(null);

    /// <summary>Ends what a process that died left behind; returns how much.</summary>
    /// <param name="owner">How the markers of all its steps begin.</param>
    Task<int> EndLeftoversAsync(string owner, CancellationToken ct) => Task.FromResult(0);
}
