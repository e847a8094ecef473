using Microsoft.Extensions.Options;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Planning;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>The target that a step's <c>compute:</c> and environment come to on this machine.</summary>
internal sealed class ComputeChoice(Policies<IComputeTarget> targets, IOptions<JobsOptions> options)
{
    private const string Local = "local";
    private const string Container = "container";

    /// <param name="says">Takes a line when the choice is not what the definition says.</param>
    public IComputeTarget Of(PlannedStep step, TaskEnvironment environment, Action<string> says)
    {
        var name = step.Compute is { } given ? given[(given.LastIndexOf(':') + 1)..] : Local;
        if (name != Local && targets.Find(name) is { } named)
            return named;

        // Definitions name clusters of the cloud that they were written for; they run here all the same.
        if (name is not (Local or "serverless"))
            says($"[There is no compute '{name}' here; the command runs on this machine.]");
        if (environment.WantsImage && options.Value.Containers)
            return targets.Get("compute", Container);
        if (environment.BuildTree is not null)
            says("[The environment's image is not built: containers are off (Jobs__Containers=true). This machine's programs are used.]");
        return targets.Get("compute", Local);
    }
}
