using Slipway.Kernel;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Artifacts;

/// <summary>Where a run's artifacts are in this server's store.</summary>
internal static class RunArtifacts
{
    public static ArtifactPath RootOf(RunRow run) => ArtifactPath.OfUri(run.ArtifactUri) ?? throw new SlipwayException(
        ErrorCode.NotImplemented,
        $"The artifacts of run {run.Id} are kept at {run.ArtifactUri}, not in this server's store; read them there.");
}
