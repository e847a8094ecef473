using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Registry.Versions;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

/// <summary>One file of a version, for browsers.</summary>
internal sealed class GetVersionArtifact(VersionReader reader, VersionSources sources, ContentStore content, IModelSources artifacts)
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflowAt("GET", "/model-versions/get-artifact", static async http =>
        await http.RequestServices.GetRequiredService<GetVersionArtifact>()
            .HandleAsync(await MlflowCall.WithoutBodyAsync(http), http.RequestAborted));

    private Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var number = RegistryFields.Version(call.Fields);
        return artifacts.SendFileAsync(
            call.Http,
            call.Fields.Required("path"),
            async token =>
            {
                var version = await sources.CompleteAsync(call.Caller, await reader.GetAsync(call.Caller, name, number, token), token);
                return await content.GetTreeAsync(version.Tree, token);
            },
            ct);
    }
}
