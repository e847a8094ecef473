using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Workspaces;

/// <summary>/api/v1/workspaces: create, list, show, describe, delete.</summary>
internal static class WorkspaceRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/workspaces", CreateAsync).WithName("CreateWorkspace").WithTags("workspaces");
        routes.MapGet("/workspaces", ListAsync).WithName("ListWorkspaces").WithTags("workspaces");
        routes.MapGet("/workspaces/{name}", ShowAsync).WithName("ShowWorkspace").WithTags("workspaces");
        routes.MapPatch("/workspaces/{name}", UpdateAsync).WithName("UpdateWorkspace").WithTags("workspaces");
        routes.MapDelete("/workspaces/{name}", DeleteAsync).WithName("DeleteWorkspace").WithTags("workspaces");
    }

    private static async Task<Created<Response>> CreateAsync(
        CreateRequest request, Caller caller, IWorkspaces workspaces, CancellationToken ct)
    {
        var created = await workspaces.CreateAsync(caller, request.Name, request.Description, ct);
        return TypedResults.Created($"/api/v1/workspaces/{created.Name}", Response.Of(created));
    }

    private static async Task<Ok<Listing>> ListAsync(Caller caller, IWorkspaces workspaces, CancellationToken ct) =>
        TypedResults.Ok(new Listing([.. (await workspaces.ListAsync(caller, ct)).Select(Response.Of)]));

    private static async Task<Ok<Response>> ShowAsync(string name, Caller caller, IWorkspaces workspaces, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await workspaces.GetAsync(caller, WorkspaceName.Parse(name), ct)));

    private static async Task<Ok<Response>> UpdateAsync(
        string name, UpdateRequest request, Caller caller, IWorkspaces workspaces, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await workspaces.UpdateAsync(caller, WorkspaceName.Parse(name), request.Description, ct)));

    private static async Task<NoContent> DeleteAsync(
        string name, string? mode, Caller caller, IWorkspaces workspaces, CancellationToken ct)
    {
        await workspaces.DeleteAsync(caller, WorkspaceName.Parse(name), DeletionModes.Parse(mode), ct);
        return TypedResults.NoContent();
    }

    public sealed record CreateRequest(string Name, string? Description = null);

    /// <param name="Description">Empty: none any more.</param>
    public sealed record UpdateRequest(string Description);

    public sealed record Listing(IReadOnlyList<Response> Workspaces);

    public sealed record Response(string Name, string? Description, DateTimeOffset CreatedAt, string CreatedBy)
    {
        internal static Response Of(Workspace workspace) =>
            new(workspace.Name.Value, workspace.Description, workspace.CreatedAt, workspace.CreatedBy);
    }
}
