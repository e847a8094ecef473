using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Workspaces;

internal sealed class ListWorkspaces(IWorkspaces workspaces) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<ListWorkspaces>("GET", WorkspaceWire.Path);

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var found = await workspaces.ListAsync(call.Caller, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteStartArray("workspaces");
            foreach (var workspace in found)
                WorkspaceWire.Write(json, workspace);
            json.WriteEndArray();
        }, ct);
    }
}

internal sealed class CreateWorkspace(IWorkspaces workspaces) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<CreateWorkspace>("POST", WorkspaceWire.Path);

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        WorkspaceWire.RefuseArtifactRoot(call.Fields);
        var created = await workspaces.CreateAsync(call.Caller, call.Fields.Required("name"), call.Fields.Text("description"), ct);
        call.Http.Response.StatusCode = StatusCodes.Status201Created;
        await WorkspaceWire.AnswerAsync(call, created, ct);
    }
}

internal sealed class GetWorkspace(IWorkspaces workspaces) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetWorkspace>("GET", WorkspaceWire.Path + "/{name}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct) =>
        await WorkspaceWire.AnswerAsync(call, await workspaces.GetAsync(call.Caller, WorkspaceWire.Name(call), ct), ct);
}

internal sealed class UpdateWorkspace(IWorkspaces workspaces) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<UpdateWorkspace>("PATCH", WorkspaceWire.Path + "/{name}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = WorkspaceWire.Name(call);
        WorkspaceWire.RefuseArtifactRoot(call.Fields);
        var updated = call.Fields.Text("description") is { } description
            ? await workspaces.UpdateAsync(call.Caller, name, description, ct)
            : call.Fields.Find("default_artifact_root") is null
                ? throw SlipwayException.Invalid("Workspace update must have at least one key: give it a description.")
                : await workspaces.GetAsync(call.Caller, name, ct);
        await WorkspaceWire.AnswerAsync(call, updated, ct);
    }
}

internal sealed class DeleteWorkspace(IWorkspaces workspaces) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<DeleteWorkspace>("DELETE", WorkspaceWire.Path + "/{name}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = WorkspaceWire.Name(call);
        var mode = DeletionModes.Parse(call.Http.Request.Query["mode"]);
        await workspaces.DeleteAsync(call.Caller, name, mode, ct);
        call.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}

internal static class WorkspaceWire
{
    public const string Path = "/3.0/mlflow/workspaces";

    public static WorkspaceName Name(MlflowCall call) => WorkspaceName.Parse(call.Route("name"));

    /// <summary>An empty root is what every workspace has: the server's own store.</summary>
    public static void RefuseArtifactRoot(MlflowFields fields)
    {
        if (fields.Text("default_artifact_root") is { } root && root.Trim().Length > 0)
        {
            throw new SlipwayException(
                ErrorCode.NotImplemented,
                "A workspace has no default_artifact_root here: artifacts are kept in this server's own store. "
                + "Give an experiment its own artifact_location instead.");
        }
    }

    public static Task AnswerAsync(MlflowCall call, Workspace workspace, CancellationToken ct) => call.AnswerAsync(json =>
    {
        json.WritePropertyName("workspace");
        Write(json, workspace);
    }, ct);

    public static void Write(Utf8JsonWriter json, Workspace workspace)
    {
        json.WriteStartObject();
        json.WriteString("name", workspace.Name.Value);
        if (workspace.Description is not null)
            json.WriteString("description", workspace.Description);
        json.WriteEndObject();
    }
}
