using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class TransitionStage(VersionReader reader, ModelWrites writes) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<TransitionStage>("POST", "model-versions/transition-stage");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var number = RegistryFields.Version(call.Fields);
        var stage = RegistryFields.Stage(call.Fields.Required("stage"));
        var archive = call.Fields.Bool("archive_existing_versions") ?? false;
        if (archive && stage is not ("Staging" or "Production"))
            throw SlipwayException.Invalid($"archive_existing_versions goes with the stages Staging and Production only, not with {stage}.");

        await writes.RunAsync(call.Caller, name, number, "stage", stage, async (tx, token) =>
        {
            await VersionChanges.SetStageAsync(tx, call.Caller.Workspace, name, number, stage, archive, writes.Time.UtcNow(), token);
            return true;
        }, ct);
        var version = await reader.GetAsync(call.Caller, name, number, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("model_version");
            json.WriteVersion(version);
        }, ct);
    }
}
