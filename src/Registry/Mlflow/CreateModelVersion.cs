using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Versions;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class CreateModelVersion(
    IModelRegistry registry, RegisteredModelStore models, VersionSources sources, IModelSources artifacts, IAccess access)
    : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<CreateModelVersion>("POST", "model-versions/create");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var name = fields.Required("name");
        var source = fields.Required("source");
        var tags = RegistryFields.Tags(fields);
        await access.DemandAsync(call.Caller, Permission.Write, $"model:{name}", ct);
        await models.DemandAsync(call.Caller.Workspace, name, ct);

        var logged = await FindLoggedAsync(call.Caller, Given(fields, "model_id") ?? VersionSources.LoggedModel(source), ct);
        var runId = Given(fields, "run_id");
        if (!tags.ContainsKey(RegistryFields.PromptTag))
            await DemandSourceAsync(call.Caller, source, runId, logged, ct);
        await sources.DemandOriginalAsync(call.Caller, source, ct);
        var tree = await sources.FindTreeAsync(call.Caller, source, ct);
        var version = await registry.RegisterAsync(
            call.Caller,
            new NewModelVersion
            {
                Model = name,
                Tree = tree.Digest,
                Flavor = VersionSources.FlavorOf(tree),
                RunId = runId ?? logged?.SourceRunId,
                Description = fields.Text("description") ?? "",
                Tags = tags,
                Source = source,
                RunLink = fields.Text("run_link"),
                LoggedModelId = logged?.Id,
            },
            ct);
        if (logged is not null)
            await artifacts.AddRegistrationAsync(call.Caller, logged.Id, name, version.Number, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("model_version");
            json.WriteVersion(version);
        }, ct);
    }

    private async Task<LoggedModelPlace?> FindLoggedAsync(Caller caller, string? id, CancellationToken ct) => id is null
        ? null
        : await artifacts.FindLoggedModelAsync(caller, id, ct) ?? throw SlipwayException.NotFound("Logged model", id);

    // A path of this machine is taken only where the run or the logged model keeps its own artifacts.
    private async Task DemandSourceAsync(Caller caller, string source, string? runId, LoggedModelPlace? logged, CancellationToken ct)
    {
        if (!SourcePath.IsLocal(source))
        {
            SourcePath.DemandPlain(source);
            return;
        }

        var root = runId is not null ? await artifacts.FindRunArtifactsAsync(caller, runId, ct) : logged?.ArtifactUri;
        if (root is null || !SourcePath.IsBelow(source, root))
        {
            throw SlipwayException.Invalid(
                $"Invalid model version source: '{source}'. To use a local path as a model version source, the run_id or model_id "
                + "must be given and the path must lie in the artifact directory of that run or logged model; log the model to a "
                + "run and use runs:/… instead.");
        }
    }

    private static string? Given(MlflowFields fields, string name) => fields.Text(name) is { Length: > 0 } text ? text : null;
}
