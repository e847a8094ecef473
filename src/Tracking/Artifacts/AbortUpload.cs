using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

internal sealed class AbortUpload(UploadStore uploads, IAccess access) : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapProxy<AbortUpload>("POST", "mpu/abort/{**path}");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.ReadAsync(http, ct);
        var id = call.Fields.Required("upload_id");
        await access.DemandAsync(call.Caller, Permission.Write, "artifact:*", ct);
        await uploads.DemandAsync(call.Caller.Workspace, id, ct);
        await uploads.DeleteAsync(id, ct);
        await call.AnswerAsync(ct);
    }
}
