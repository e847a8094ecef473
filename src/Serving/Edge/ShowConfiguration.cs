using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;

namespace Slipway.Serving.Edge;

/// <summary>
/// GET …/online-endpoints/{endpoint}/configuration: what a data plane elsewhere answers by. With If-None-Match it waits for a change, up to
/// so many seconds, and then answers 304.
/// </summary>
internal sealed class ShowConfiguration(
    EndpointStore store,
    CredentialStore credentials,
    MaskKey maskKey,
    IModelRegistry registry,
    IAccess access,
    IAuditLog audit,
    IHostApplicationLifetime lifetime,
    TimeProvider time)
{
    private const int MostSeconds = 60;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/online-endpoints/{endpoint}/configuration", HandleAsync).WithMetadata(new ExcludeFromDescriptionAttribute());

    private static async Task<IResult> HandleAsync(
        string endpoint, int? wait, HttpContext context, Caller caller, ShowConfiguration operation, CancellationToken ct)
    {
        if (wait is < 0 or > MostSeconds)
            throw SlipwayException.Invalid($"wait is {wait}; it is a number of seconds from 0 to {MostSeconds}.");
        var known = context.Request.Headers.IfNoneMatch.ToString().Trim('"');
        if (await operation.RunAsync(caller, endpoint, known, TimeSpan.FromSeconds(wait ?? 0), ct) is not { } found)
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        context.Response.Headers.ETag = $"\"{found.Revision}\"";
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(found.Json, "application/json");
    }

    private async Task<(byte[] Json, string Revision)?> RunAsync(
        Caller caller, string endpoint, string known, TimeSpan wait, CancellationToken ct)
    {
        // It has the hashes of the keys: whoever gets it could try keys without being seen.
        await access.DemandAsync(caller, Permission.Write, $"endpoint:{endpoint}", ct);
        for (var begun = time.GetTimestamp(); ; await Task.Delay(s_look, time, ct))
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(await ReadAsync(caller, endpoint, ct), EdgeJson.Default.EdgeConfiguration);
            var revision = Digest.Of(json).ToString();
            if (revision != known)
            {
                await audit.AppendAsync(caller, "endpoint.pull", $"endpoint:{endpoint}", detail: null, ct);
                return (json, revision);
            }

            // Who waits must not hold up a server that stops.
            if (time.GetElapsedTime(begun) >= wait || lifetime.ApplicationStopping.IsCancellationRequested)
                return null;
        }
    }

    private async Task<EdgeConfiguration> ReadAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        var found = await store.FindAsync(caller.Workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        var deployments = new List<EdgeDeployment>();
        foreach (var deployment in found.Deployments.Where(known => known.State == EndpointStore.Succeeded))
            deployments.Add(await ReadAsync(caller, deployment, ct));
        var hashes = found.Deployments.Any(deployment => CollectionRule.Hashes(deployment.Settings.Collection));
        return new EdgeConfiguration(
            found.Name,
            found.Collect.ToString(),
            found.Traffic,
            found.MirrorTraffic,
            found.Settings,
            deployments,
            await credentials.ListAsync(caller.Workspace, endpoint, ct),
            hashes ? await maskKey.GetAsync(caller.Workspace, ct) : null);
    }

    private async Task<EdgeDeployment> ReadAsync(Caller caller, OnlineDeployment deployment, CancellationToken ct)
    {
        var reference = string.Create(CultureInfo.InvariantCulture, $"{deployment.Model}:{deployment.ModelVersion}");
        var version = await registry.FindAsync(caller, reference, ct)
            ?? throw SlipwayException.Conflict($"Deployment '{deployment.Name}' is of model version '{reference}', which does not exist any more.");
        return new EdgeDeployment(
            deployment.Name,
            deployment.Model,
            deployment.ModelVersion,
            version.Tree.ToString(),
            version.Flavor,
            version.SignatureJson,
            deployment.Settings,
            deployment.CreatedAt);
    }
}
