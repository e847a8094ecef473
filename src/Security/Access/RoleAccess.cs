using Slipway.Kernel;
using Slipway.Security.Audit;
using Slipway.Security.Contracts;

namespace Slipway.Security.Access;

/// <summary>Grants by the role that the principal holds in the workspace; a refusal is audited.</summary>
internal sealed class RoleAccess(RoleStore roles, AuditLog audit) : IAccess
{
    public async Task DemandAsync(Caller caller, Permission permission, string target, CancellationToken ct)
    {
        // Slipway's own schedules and policies act for nobody; what they may do is decided where they are declared.
        if (caller.Principal == Caller.System.Principal)
            return;

        var role = await roles.FindAsync(caller, ct);
        if (role is not null && role.Grants(permission))
            return;

        await audit.RefusedAsync(caller, permission, target, ct);
        throw new SlipwayException(
            ErrorCode.PermissionDenied,
            $"'{caller.Principal}' is {role?.Name ?? "no member"} of workspace '{caller.Workspace}' and may not " +
            $"{Verb(permission)} {target}. Ask an administrator for the role '{Needed(permission)}'.");
    }

    private static string Verb(Permission permission) => permission switch
    {
        Permission.Read => "see",
        Permission.Write => "change",
        Permission.Approve => "decide on",
        _ => "administer",
    };

    private static string Needed(Permission permission) => Role.All.First(role => role.Grants(permission)).Name;
}
