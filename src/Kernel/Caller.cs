using Microsoft.AspNetCore.Http;

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

    /// <summary>Lets a route handler declare a parameter of this type: the security module has put it on the request.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<Caller>() ?? throw new SlipwayException(
            ErrorCode.Unauthenticated, "Nobody is signed in: send a token in the Authorization header."));
}
