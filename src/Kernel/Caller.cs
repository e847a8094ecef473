namespace Slipway.Kernel;

/// <summary>
/// On whose behalf, and in which workspace, an operation runs. Every operation takes one; the security module makes it
/// from a request, and a leased worker from the record of the work.
/// </summary>
/// <param name="Principal">The name of the user or service principal, as the audit and the lineage log keep it.</param>
public sealed record Caller(WorkspaceName Workspace, string Principal)
{
    /// <summary>Slipway itself (schedules, policies, recovery) in the default workspace.</summary>
    public static Caller System { get; } = new(WorkspaceName.Default, "system");
}
