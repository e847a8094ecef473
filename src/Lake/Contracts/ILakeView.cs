using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>
/// Records that users may query beside data versions, as <c>'name:subject'</c>: runs, predictions, logs. Modules above the
/// lake register theirs. Steps of jobs do not see them, since what they read has no version.
/// </summary>
public interface ILakeView : IPolicy
{
    /// <summary>The records as they are now.</summary>
    /// <param name="subject">What stands after the colon.</param>
    /// <param name="folder">A folder that is deleted after the query, for files that the table is made of.</param>
    /// <exception cref="SlipwayException">NotFound or InvalidParameter when there is no such subject; PermissionDenied.</exception>
    Task<LakeTable> TableAsync(Caller caller, string subject, string folder, CancellationToken ct);
}
