using Microsoft.AspNetCore.Routing;
using Slipway.Registry.Versions;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class GetDownloadUri(VersionReader reader, VersionSources sources) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetDownloadUri>("GET", "model-versions/get-download-uri");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var version = await reader.GetAsync(call.Caller, name, RegistryFields.Version(call.Fields), ct);
        var uri = await sources.DownloadUriAsync(call.Caller, version, ct);
        await call.AnswerAsync(json => json.WriteString("artifact_uri", uri), ct);
    }
}
