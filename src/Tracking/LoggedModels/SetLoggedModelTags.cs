using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.LoggedModels;

internal sealed class SetLoggedModelTags(LoggedModelStore models, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<SetLoggedModelTags>("PATCH", "logged-models/{model_id}/tags");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("model_id");
        var tags = VersionsTag.Once(LoggedModelFields.Tags(call.Fields));
        await access.DemandAsync(call.Caller, Permission.Write, $"logged-model:{id}", ct);
        await models.SetTagsAsync(call.Caller.Workspace, id, tags, ct);
        await call.AnswerAsync(ct);
    }
}
