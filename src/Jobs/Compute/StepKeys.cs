using Slipway.Jobs.Caching;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Parallel;
using Slipway.Jobs.Planning;

namespace Slipway.Jobs.Compute;

/// <summary>The cache key of a step, with the image that its environment comes to.</summary>
internal sealed class StepKeys(ComputeChoice computes)
{
    /// <param name="mayFetch">False: NotFound when an image would have to be fetched first.</param>
    public async Task<CacheKey?> OfAsync(
        PlannedStep step, IStepKind kind, IReadOnlyList<ResolvedInput> resolved, bool mayFetch, CancellationToken ct)
    {
        var environment = kind is CommandStep or ParallelStep ? TaskEnvironment.Of(step, step.Settings) : new TaskEnvironment();
        var image = environment.WantsImage
            ? await computes.Of(step, environment, _ => { }).IdentifyAsync(environment, mayFetch, ct)
            : null;
        return CacheKey.Of(step, kind, resolved, image);
    }
}
