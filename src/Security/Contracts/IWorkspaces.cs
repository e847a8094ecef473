using Slipway.Kernel;

namespace Slipway.Security.Contracts;

/// <summary>The workspaces of this server: the tenants that every row belongs to.</summary>
public interface IWorkspaces
{
    /// <summary>By name: those that the caller has a role in; for an administrator of the default workspace all.</summary>
    Task<IReadOnlyList<Workspace>> ListAsync(Caller caller, CancellationToken ct);

    /// <summary>NotFound when there is none of this name.</summary>
    Task<Workspace> GetAsync(Caller caller, WorkspaceName name, CancellationToken ct);

    /// <summary>
    /// Makes a workspace, for administrators of the default one; the caller becomes its administrator. AlreadyExists when
    /// the name is taken.
    /// </summary>
    Task<Workspace> CreateAsync(Caller caller, string name, string? description, CancellationToken ct);

    /// <param name="description">Empty: none any more.</param>
    Task<Workspace> UpdateAsync(Caller caller, WorkspaceName name, string description, CancellationToken ct);

    /// <summary>Deletes an empty workspace with its roles; Conflict, naming what is left, when it holds anything.</summary>
    Task DeleteAsync(Caller caller, WorkspaceName name, CancellationToken ct);
}

/// <param name="CreatedBy">The principal that became its first administrator.</param>
public sealed record Workspace(WorkspaceName Name, string? Description, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>
/// What becomes of a module's rows when their workspace is deleted; registered in DI. Rows of any table with a column
/// "workspace" that is not named here forbid it.
/// </summary>
public sealed record WorkspaceRows
{
    /// <summary>Tables of records that outlive their workspace.</summary>
    public IReadOnlyList<string> Kept { get; init; } = [];

    /// <summary>Statements that delete what goes with @Workspace: what nobody made by hand.</summary>
    public IReadOnlyList<string> Deletions { get; init; } = [];
}

/// <summary>A workspace is gone; its name may come again.</summary>
public sealed record WorkspaceDeleted(WorkspaceName Name) : IEvent;
