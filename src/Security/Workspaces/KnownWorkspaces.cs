using Slipway.Kernel;
using Slipway.Security.Access;
using Slipway.Security.Contracts;

namespace Slipway.Security.Workspaces;

/// <summary>
/// The rules of workspaces. Making and deleting one is kept in the audit of the default workspace, where the deleted
/// one's last act can still be read.
/// </summary>
internal sealed class KnownWorkspaces(
    WorkspaceStore store, RoleStore roles, IAccess access, IAuditLog audit, Events events, TimeProvider time) : IWorkspaces
{
    private const int LongestDescription = 10_000;
    private const string CreatorsRole = "administrator";

    // What stands in the same place of a path elsewhere.
    private static readonly string[] s_reserved = ["workspaces", "api", "ajax-api", "static-files"];

    public async Task<IReadOnlyList<Workspace>> ListAsync(Caller caller, CancellationToken ct) =>
        await store.ListAsync(await SeesAllAsync(caller, ct) ? null : caller.Principal, ct);

    public async Task<Workspace> GetAsync(Caller caller, WorkspaceName name, CancellationToken ct)
    {
        if (!await SeesAllAsync(caller, ct))
            await access.DemandAsync(caller with { Workspace = name }, Permission.Read, Node(name), ct);
        return await store.FindAsync(name, ct) ?? throw Unknown(name);
    }

    public async Task<Workspace> CreateAsync(Caller caller, string name, string? description, CancellationToken ct)
    {
        var parsed = WorkspaceName.Parse(name);
        if (s_reserved.Contains(name))
            throw SlipwayException.Invalid($"'{name}' cannot be the name of a workspace: it is reserved.");
        if (parsed == WorkspaceName.Default)
            throw SlipwayException.Invalid($"The '{name}' workspace is reserved and cannot be created; it is there from the start.");
        await DemandServerAsync(caller, Node(parsed), ct);

        var workspace = new Workspace(parsed, Description(description), time.UtcNow().ToTime(), caller.Principal);
        if (!await store.AddAsync(workspace, CreatorsRole, ct))
            throw new SlipwayException(ErrorCode.AlreadyExists, $"Workspace '{name}' already exists.");
        roles.Forget(parsed);
        await audit.AppendAsync(caller with { Workspace = WorkspaceName.Default }, "workspace.create", Node(parsed), detail: null, ct);
        return workspace;
    }

    public async Task<Workspace> UpdateAsync(Caller caller, WorkspaceName name, string description, CancellationToken ct)
    {
        if (await store.FindAsync(name, ct) is null)
            throw Unknown(name);
        var inside = caller with { Workspace = name };
        await access.DemandAsync(inside, Permission.Administer, Node(name), ct);
        if (!await store.DescribeAsync(name, Description(description), ct))
            throw Unknown(name);
        await audit.AppendAsync(inside, "workspace.update", Node(name), detail: null, ct);
        return await store.FindAsync(name, ct) ?? throw Unknown(name);
    }

    public async Task DeleteAsync(Caller caller, WorkspaceName name, WorkspaceDeletion mode, CancellationToken ct)
    {
        if (name == WorkspaceName.Default)
            throw SlipwayException.Invalid($"The '{name}' workspace is reserved and cannot be deleted.");
        if (await store.FindAsync(name, ct) is null)
            throw Unknown(name);
        await access.DemandAsync(caller with { Workspace = name }, Permission.Administer, Node(name), ct);
        if (mode == WorkspaceDeletion.SetDefault)
            await DemandServerAsync(caller, Node(WorkspaceName.Default), ct);
        await store.DeleteAsync(name, mode, ct);
        roles.Forget(name);
        var detail = mode == WorkspaceDeletion.Restrict ? null : $$"""{"mode": "{{mode}}"}""";
        await audit.AppendAsync(caller with { Workspace = WorkspaceName.Default }, "workspace.delete", Node(name), detail, ct);
        await events.RaiseAsync(new WorkspaceDeleted(name), ct);
    }

    private static string Node(WorkspaceName name) => $"workspace:{name}";

    private static SlipwayException Unknown(WorkspaceName name) => new(ErrorCode.NotFound, $"Workspace '{name}' not found.");

    private static string? Description(string? text)
    {
        if (text?.Length > LongestDescription)
            throw SlipwayException.Invalid($"description has {text.Length} characters; it may have {LongestDescription}.");
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private Task DemandServerAsync(Caller caller, string target, CancellationToken ct) =>
        access.DemandAsync(caller with { Workspace = WorkspaceName.Default }, Permission.Administer, target, ct);

    private async Task<bool> SeesAllAsync(Caller caller, CancellationToken ct) =>
        caller.Principal == Caller.System.Principal
        || (await roles.FindAsync(caller with { Workspace = WorkspaceName.Default }, ct))?.Grants(Permission.Administer) == true;
}
