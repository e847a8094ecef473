using Slipway.Kernel;

namespace Slipway.Security.Contracts;

/// <summary>What a role may grant in a workspace; each includes the ones before it.</summary>
public enum Permission
{
    /// <summary>See everything but secrets.</summary>
    Read,

    /// <summary>Create and change data, runs, jobs, models, endpoints.</summary>
    Write,

    /// <summary>Decide on gates and rollouts, read secrets.</summary>
    Approve,

    /// <summary>Manage principals, roles, workspaces and secrets.</summary>
    Administer,
}

/// <summary>Says whether a caller may do a thing; the first line of every operation.</summary>
public interface IAccess
{
    /// <summary>Returns when the caller holds the permission in its workspace; otherwise PermissionDenied.</summary>
    /// <param name="target">What it is wanted for, as a node ("model:fraud@3"); for the message and the audit.</param>
    Task DemandAsync(Caller caller, Permission permission, string target, CancellationToken ct);
}
