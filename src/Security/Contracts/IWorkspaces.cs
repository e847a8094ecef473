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

    /// <summary>Deletes a workspace with its roles; Conflict, naming what is left, when that forbids it.</summary>
    Task DeleteAsync(Caller caller, WorkspaceName name, WorkspaceDeletion mode, CancellationToken ct);
}

/// <summary>What becomes of what a workspace holds when it is deleted; the words are MLflow's.</summary>
public enum WorkspaceDeletion
{
    /// <summary>It must hold nothing.</summary>
    Restrict,

    /// <summary>It is deleted too; what is at work must have been ended.</summary>
    Cascade,

    /// <summary>Experiments and models go to the default workspace; anything else forbids it.</summary>
    SetDefault,
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

    /// <summary>Statements that delete what was made in @Workspace, when it is deleted with all that it holds; they come first.</summary>
    public IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>Queries for what is at work in @Workspace, a text each, and must be ended before it is deleted.</summary>
    public IReadOnlyList<string> AtWork { get; init; } = [];

    /// <summary>Statements that give what MLflow knows of @Workspace to @Target; they come first.</summary>
    public IReadOnlyList<string> Moves { get; init; } = [];

    /// <summary>Queries for what cannot be given to @Target, a text each, since its name is taken there.</summary>
    public IReadOnlyList<string> Taken { get; init; } = [];
}

/// <summary>A workspace is gone; its name may come again.</summary>
public sealed record WorkspaceDeleted(WorkspaceName Name) : IEvent;
