using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.LoggedModels;

/// <summary>The files of a logged model, one level; and one file, for browsers.</summary>
internal sealed class ListLoggedModelArtifacts(
    LoggedModelStore models, ArtifactStore artifacts, ArtifactFiles files, IAccess access) : IMlflowOperation, IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<ListLoggedModelArtifacts>("GET", "logged-models/{model_id}/artifacts/directories");
        routes.MapRaw<ListLoggedModelArtifacts>("GET", "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var path = ArtifactPath.Parse(call.Fields.Text("artifact_directory_path"));
        var (uri, root) = await RootAsync(call, ct);
        var rows = await artifacts.ListAsync(call.Caller.Workspace, root.Append(path), ct);
        await call.AnswerAsync(json =>
        {
            json.WriteString("root_uri", uri);
            ArtifactListing.Write(json, rows, path);
        }, ct);
    }

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var path = ArtifactPath.Parse(call.Fields.Required("artifact_file_path"));
        var (_, root) = await RootAsync(call, ct);
        await files.SendAsync(http, call.Caller.Workspace, root.Append(path), ct);
    }

    private async Task<(string Uri, ArtifactPath Root)> RootAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("model_id");
        await access.DemandAsync(call.Caller, Permission.Read, $"logged-model:{id}", ct);
        var model = await models.GetAsync(call.Caller.Workspace, id, ct);
        return (model.Row.ArtifactUri, ArtifactPath.OfUri(model.Row.ArtifactUri) ?? throw new SlipwayException(
            ErrorCode.NotImplemented,
            $"The artifacts of model {id} are kept at {model.Row.ArtifactUri}, not in this server's store; read them there."));
    }
}
