using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

/// <summary>One part of a file; its ETag is what the end of the upload has to name.</summary>
internal sealed class UploadPart(UploadStore uploads, ContentStore contents, IAccess access) : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapProxy<UploadPart>("PUT", "mpu/parts/{upload}/{number:int}");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var number = int.Parse(call.Route("number"), CultureInfo.InvariantCulture);
        if (number < 1)
            throw SlipwayException.Invalid("Parts are numbered from 1.");
        await access.DemandAsync(call.Caller, Permission.Write, "artifact:*", ct);
        await uploads.DemandAsync(call.Caller.Workspace, call.Route("upload"), ct);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        var part = await contents.PutAsync(http.Request.Body, ct);
        await uploads.PutPartAsync(call.Route("upload"), number, part, ct);
        http.Response.Headers.ETag = $"\"{part.Digest.Hex}\"";
        await call.AnswerAsync(ct);
    }
}
