using System.Data.Common;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Versions;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class RenameRegisteredModel(
    RegisteredModelStore models,
    Database database,
    IAccess access,
    IAuditLog audit,
    IModelHistory history,
    LineageLog lineage,
    TimeProvider time) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<RenameRegisteredModel>("POST", "registered-models/rename");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var newName = RegistryFields.NewName(call.Fields, "new_name");
        await access.DemandAsync(call.Caller, Permission.Write, $"model:{name}", ct);
        await access.DemandAsync(call.Caller, Permission.Write, $"model:{newName}", ct);
        await models.DemandAsync(call.Caller.Workspace, name, ct);
        await database.WriteAsync((tx, token) => RenameAsync(tx, call.Caller, name, newName, token), ct);
        await audit.AppendAsync(call.Caller, "model.rename", $"model:{newName}", detail: null, ct);
        var model = await models.GetAsync(call.Caller.Workspace, newName, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("registered_model");
            json.WriteModel(model);
        }, ct);
    }

    private async Task RenameAsync(DbTransaction tx, Caller caller, string name, string newName, CancellationToken ct)
    {
        // The last number stays with the old name, in case it is used anew: its nodes in the lineage stay what they were.
        var last = await ModelStore.NextNumberAsync(tx, caller.Workspace, name, ct) - 1;
        await RegisteredModelStore.RenameAsync(tx, caller.Workspace, name, newName, time.UtcNow(), ct);
        await history.AppendAsync(tx, caller, name, last, "renamed", $"is now {newName}", detail: null, ct);
        await history.AppendAsync(tx, caller, newName, last, "renamed", $"was {name}", detail: null, ct);
        var numbers = await tx.QueryAsync<int>(
            "select number from model_versions where workspace = @Workspace and model = @Model order by number",
            new { Workspace = caller.Workspace.Value, Model = newName },
            ct);
        await lineage.AppendAsync(
            tx, caller, [.. numbers.Select(number => new NewEdge("renamed", $"model:{name}@{number}", $"model:{newName}@{number}"))], ct);
    }
}
