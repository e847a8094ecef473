using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Slipway.Jobs.Execution;

/// <summary>How jobs run on this machine.</summary>
internal sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary>How many steps run at once; 0: one for each processor.</summary>
    [Range(0, 4096)]
    public int Parallelism { get; init; }

    /// <summary>The most disk that the log of one step takes.</summary>
    [Range(128 * 1024, long.MaxValue)]
    public long LogLimitBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>A worker that is silent for so long is taken for dead, and its steps are run again.</summary>
    [Range(1, 3600)]
    public int LeaseSeconds { get; init; } = 30;

    /// <summary>How often a step is begun when its worker dies each time.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 5;

    /// <summary>False: this process queues work but leaves it to others.</summary>
    public bool RunSteps { get; init; } = true;

    /// <summary>True: a step whose environment has an image runs in a container.</summary>
    public bool Containers { get; init; }

    /// <summary>The socket of podman or Docker; null: CONTAINER_HOST, DOCKER_HOST, or a usual place.</summary>
    public string? ContainerSocket { get; init; }

    /// <summary>False: a server tells the news of jobs that this process ends, because its listeners live there.</summary>
    public bool TellNews { get; init; } = true;

    /// <summary>Where commands reach the server; null: this process is the server.</summary>
    public string? ServerUrl { get; init; }

    /// <summary>Where people reach the Studio; commits link there. Null: they do not.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>How long running steps may go on when the process is asked to end; then they are given back.</summary>
    [Range(0, 86_400)]
    public int GraceSeconds { get; init; }
}

[OptionsValidator]
internal sealed partial class JobsOptionsValidator : IValidateOptions<JobsOptions>;
